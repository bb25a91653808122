process.stderr.write('cfgc is being put together\n');
