"""Both signatures of each letter, by dkimpy (Debian: python3-dkim): verify.py DIRECTORY NAME..."""
import json
import sys

import dkim

directory, names = sys.argv[1], sys.argv[2:]
with open(f"{directory}/dns.json", encoding="utf-8") as file:
    records = json.load(file)


def dns(name, timeout=5):
    return records.get(name.decode().rstrip("."), "").encode() or None


for name in names:
    with open(f"{directory}/{name}.eml", "rb") as file:
        mail = file.read()
    for index in (0, 1):
        if not dkim.DKIM(mail).verify(idx=index, dnsfunc=dns):
            sys.exit(f"{name}: dkimpy does not accept signature {index}")
    if dkim.DKIM(mail.replace(b"Date: ", b"Date: Mon, ", 1)).verify(dnsfunc=dns):
        sys.exit(f"{name}: dkimpy accepts a changed letter")
