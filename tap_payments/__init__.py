"""Singer tap for payments from Zimpler, beGateway, Spacivox and Tikpay."""
