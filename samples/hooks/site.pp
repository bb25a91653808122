# A node that carries one release. The class is what cfgc writes:
#
#   cfgc prod.cfg --emit puppet -o modules/edu_portal/manifests/init.pp
#   cfgc prod.cfg -o modules/edu_portal/files/release.sh
#
# It makes the service's user and the folders that outlive releases. The script is the state: `check` exits 0 where its release
# is deployed and unchanged, so a second run is quiet.
node 'portal.example.edu' {
  class { 'edu_portal':
    source => 'puppet:///modules/edu_portal/release.sh',
  }
}
