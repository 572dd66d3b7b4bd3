"""Django-free readers of road sources (OSM files, GraphML, place names) into `roads.network.source.SourceNetwork`."""
