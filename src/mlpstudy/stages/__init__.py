"""What each rule of the workflow does, a module for each: from a project's settings to files.

Each imports what it needs and no more: nobody who draws waits for torch.
"""
