"""The hotline in a browser: pages for admins, supervisors and testers."""
