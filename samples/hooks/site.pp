# A node that carries one release. `cfgc prod.cfg --emit puppet -o edu_portal.pp` writes such a manifest with the folders, owners and
# modes of your own profile; this one shows the idea by hand.
#
# The script is the state: `check` exits 0 where its release is deployed and unchanged, so a second run is quiet.
node 'portal.example.edu' {
  $script = '/root/edu-portal-release.sh'

  user { 'plone':
    ensure => present,
    system => true,
    home   => '/srv/edu-portal',
    shell  => '/usr/sbin/nologin',
  }

  file { $script:
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0700',
    source => 'puppet:///modules/edu_portal/release.sh',
  }

  exec { 'edu-portal is released':
    command   => "/bin/sh ${script} deploy",
    unless    => "/bin/sh ${script} check",
    # A deploy that is killed half-way is no accident, but it costs a second run: leave it time.
    timeout   => 1800,
    logoutput => 'on_failure',
    require   => [User['plone'], File[$script]],
  }
}
