"""Who signs a book's roots, and where signed roots are kept: apart from the book."""
