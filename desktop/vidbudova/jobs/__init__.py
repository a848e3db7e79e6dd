"""Analyses as processes: started, listened to, cancelled, limited, killed."""
