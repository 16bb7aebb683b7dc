"""dondoc (đôn đốc): a Vietnamese authority's yearly plan that watches itself."""
