"""Tikpay: transit fares, as report jobs. https://docs.tikpay.me/data-api/get-job-list."""
