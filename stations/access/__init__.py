"""Who may do what with which class of data: roles, verbs, the policy table, powers on the road, doors of pages."""
