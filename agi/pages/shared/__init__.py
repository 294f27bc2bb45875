"""What all pages share: who is signed in, how a page is made, what goes round it, accounts and audit."""
