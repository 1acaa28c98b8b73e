"""Spacivox: payments taken by phone agents. https://spacivox.com/apidocs/."""
