"""Who may do what with which class of data: roles, powers, the policy table, the data scope. Django-free but for scope."""
