"""What each rule of the workflow does, a module for each: from files to files, whose paths are given.

Each imports what it needs and no more: nobody who draws waits for torch.
"""
