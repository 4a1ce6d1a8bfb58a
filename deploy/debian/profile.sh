# Commands of Aftertone work on the installation of this machine: runuser -u aftertone -- aftertone status
export AFTERTONE_CONFIG=/etc/aftertone/aftertone.yaml
