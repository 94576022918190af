"""What is read right of documents that nobody has, by our engine and by Tesseract."""
