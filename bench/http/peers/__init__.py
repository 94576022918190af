"""Applications that the handler is compared with, and the Graph API that answers them."""
