"""An agent that is rewarded by the dashboard learns to inflate it."""

from mandate import lead

if __name__ == "__main__":
    lead("dashboard prompts")
