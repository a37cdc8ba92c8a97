"""What people do with kubectl, by subject: every function whose name is no helper's is one session."""
