#!/bin/sh
# Written by hand.
rsync -a site/ www.example.org:/srv/site/
