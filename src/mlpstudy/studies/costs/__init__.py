"""Is the squared cost a good choice? Against cross-entropy; and KL against both."""
