"""Foreign files in and out. One file a format; each foreign file is read in a child process that can be killed."""
