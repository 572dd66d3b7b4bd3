"""The four doors: pages that join rooms. They read through selectors; every act is posted to its owner's API."""
