#!/bin/sh
# Installs the real programs that tests run beside Ray, on Debian and where one may; elsewhere it says which are missing.
# No service of theirs is started, neither now nor at the next boot: nobody asked for a port that is open.
set -eu
PATH=$PATH:/usr/sbin:/sbin

PROGRAMS='tmux:tmux sshd:openssh-server ip:iproute2 prometheus:prometheus tcsh:tcsh fish:fish'
POLICY=/usr/sbin/policy-rc.d

missing() {
    for pair in $PROGRAMS; do
        command -v "${pair%%:*}" >/dev/null || echo "${pair#*:}"
    done
}

install() {
    if [ ! -e $POLICY ]; then
        trap 'rm -f $POLICY' EXIT INT TERM HUP
        printf '#!/bin/sh\nexit 101\n' >$POLICY
        chmod 755 $POLICY
    fi
    # Without what they recommend: prometheus would bring an exporter that listens too.
    # shellcheck disable=SC2086 # several words
    apt-get -qq update \
        && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $1 >/dev/null \
        || return
    for package in $1; do
        case $package in
        openssh-server) keep_off ssh ;;
        prometheus) keep_off prometheus ;;
        esac
    done
}

# Debian enables what it installs.
keep_off() {
    if command -v systemctl >/dev/null; then systemctl --quiet disable "$1.service" 2>/dev/null || true; fi
    if command -v update-rc.d >/dev/null; then update-rc.d "$1" disable 2>/dev/null || true; fi
}

packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # on one line
    install "$packages" || echo "apt-get could not install" $packages
fi
for pair in $PROGRAMS; do
    command -v "${pair%%:*}" >/dev/null \
        || echo "${pair%%:*} is not here (on Debian: apt-get install ${pair#*:}); the tests that need it will say so"
done
