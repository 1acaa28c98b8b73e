"""beGateway (bePaid, eComCharge ...): card and alternative payments.

https://doc.begateway.com/en/payment_management/reports/paginated_report/.
"""
