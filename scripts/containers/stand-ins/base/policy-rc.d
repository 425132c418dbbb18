#!/bin/sh
# As in the official image: installing a package starts no service.
exit 101
