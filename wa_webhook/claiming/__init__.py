"""What notifier and workers share: they claim rows, do what these ask for, and settle them."""
