"""An agent that is rewarded by value learns to stop paying for the dashboard."""

from mandate import lead

if __name__ == "__main__":
    lead("value")
