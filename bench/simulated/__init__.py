"""A large Ray cluster that does not exist, behind the dashboard's real routes and shapes."""
