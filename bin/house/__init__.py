"""What the commands in bin/ share. Plain Python; it runs inside the project's virtual environment."""
