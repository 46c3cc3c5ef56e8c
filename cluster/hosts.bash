# The hosts of a cluster, and what holds them; sourced by cluster/local, never run.
# shellcheck shell=bash
#
# A keeper, in a network and a mount namespace of its own, has everything: the bridge, a private
# /run with the hosts' networks in it, and the first process of a process namespace, below which all
# ssh daemons are: it dies with the keeper, whatever ends that, and all that came over ssh with it.
# COMMAND enters a host but no process namespace, so that signals reach it by the id that whoever
# started it knows. A reaper, which the keeper's end wakes up, ends what it left.

# The launchers' settings, through the environment: COMMAND may be anything that calls mpirun, or
# MPICH's mpiexec.hydra.
readonly mpi_settings=(
  OMPI_MCA_plm_rsh_agent=ssh OMPI_MCA_orte_default_hostfile=/run/hostfile
  OMPI_MCA_btl_tcp_if_include=10.0.0.0/24 OMPI_MCA_oob_tcp_if_include=10.0.0.0/24
  # All hosts' first ranks would be bound to one and the same core, and spin on it.
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
  # /tmp would be shared with other clusters' hosts of the same names, and keep what a kill leaves.
  OMPI_MCA_orte_tmpdir_base=/run
  # The same in the words of Open MPI 5, and of PMIx below it.
  PRTE_MCA_plm_ssh_agent=ssh PRTE_MCA_prte_default_hostfile=/run/hostfile
  PRTE_MCA_prte_if_include=10.0.0.0/24 PRTE_MCA_hwloc_default_binding_policy=none
  PRTE_MCA_prte_tmpdir_base=/run
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  HYDRA_HOST_FILE=/run/hostfile.mpich
  # MPICH's launcher cannot bind ranks in another process namespace than that of /proc, and 5.0 then waits for
  # ever; Intel MPI's would bind ranks of each host to cores that it counts for itself, and fail.
  HYDRA_BINDING=none I_MPI_PIN=0
  # All hosts have this machine's boot id, by which MPICH's UCX takes them for one and looks for shared
  # memory.
  UCX_TLS=self,tcp
)

# keep stay|end PARENT SLOTS RATE: the keeper's life. Says "ready", or what is wrong. One that
# stays has its cluster's state open as 9.
keep() {
  local mode=$1 parent=$2 list=$3 rate=$4 slots host keeper=$$ serving
  # A parent that ended before this process asked to be told cannot be waited for.
  [[ $mode == stay || $PPID == "$parent" ]] || exit
  close_files "$mode"
  trap exit TERM INT HUP
  cd /
  # Only these processes see what is mounted here.
  mount -t tmpfs -o mode=755 tmpfs /run
  printf '%d\n' $$ >/run/keeper
  mkdir /run/processes /run/ssh /run/sshd
  IFS=, read -ra slots <<<"$list"
  printf '127.0.0.1 localhost\n::1 localhost\n' >/run/hosts
  mkfifo /run/never
  lay_network
  make_keys
  cover_files
  [[ -z $rate ]] || for host in /run/netns/node*; do
    limit "${host##*/}" "$rate"
  done
  setpriv --pdeathsig TERM "$script" --reap >/dev/null 2>&1 &
  # In a locale that is not there, bash would write a warning where errors are looked for.
  LC_ALL=C setpriv --pdeathsig KILL unshare --pid --fork --kill-child \
    "$script" --serve "${#slots[@]}" >/dev/null 2>/run/errors &
  serving=$!
  await_daemons
  [[ $mode == end ]] || printf '%d\n' $$ >&9
  printf 'ready\n'
  exec >/dev/null 2>&1
  wait "$serving"
}

# What a caller has open, such as a lock, must not stay so with us. 255 is this script.
close_files() {
  local file
  for file in /proc/$$/fd/*; do
    file=${file##*/}
    ((file <= 2 || file == 255)) || [[ $file == 9 && $1 == stay ]] || exec {file}>&-
  done
}

# All networks, joined by the bridge in ours, in one call of ip: calls are what takes the time.
lay_network() {
  local number=0 count
  for count in "${slots[@]}"; do
    host=node$((++number))
    printf '10.0.0.%d %s\n' "$number" "$host" >>/run/hosts
    printf '%s slots=%d\n' "$host" "$count" >>/run/hostfile
    printf '%s:%d\n' "$host" "$count" >>/run/hostfile.mpich
    printf '%s\n' "netns add $host" \
      "link add $host type veth peer name eth0 netns $host" "link set $host master bridge up"
  done >/run/network
  {
    printf '%s\n' "netns attach bridge $$" 'link add bridge type bridge' 'link set bridge up'
    cat /run/network
  } | ip -batch -
}

# Keys that are good for these hosts alone, and what both ends of ssh must know. A bash that sshd
# starts reads .bashrc where SHLVL tells of no other: that takes time, and PATH is here.
make_keys() {
  cd /run/ssh
  ssh-keygen -q -t ed25519 -N '' -C '' -f ssh_host_ed25519_key
  ssh-keygen -q -t ed25519 -N '' -C '' -f identity
  printf '* %s\n' "$(<ssh_host_ed25519_key.pub)" >ssh_known_hosts
  cat >ssh_config <<'EOT'
User root
IdentityFile /etc/ssh/identity
IdentitiesOnly yes
BatchMode yes
ConnectTimeout 10
KexAlgorithms curve25519-sha256
UserKnownHostsFile none
LogLevel ERROR
EOT
  cat >sshd_config <<EOT
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/identity.pub
StrictModes no
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
MaxStartups 100
LogLevel ERROR
Subsystem sftp internal-sftp
SetEnv SHLVL=1 "PATH=$PATH" ${mpi_settings[*]}
EOT
  cd /
}

# Over the machine's own, for these processes alone.
cover_files() {
  local file
  mount --bind /run/hosts /etc/hosts
  mount --bind /run/ssh /etc/ssh
  [[ ! -d ~root/.ssh ]] || mount -t tmpfs -o mode=700 tmpfs ~root/.ssh
  # A root account that is locked is no obstacle to a key, here.
  (umask 077 && sed 's/^root:.*/root:*:19000:0:99999:7:::/' /etc/shadow >/run/shadow)
  mount --bind /run/shadow /etc/shadow
  # Terminals over ssh are nobody's logins.
  for file in /var/log/{wtmp,btmp,lastlog}; do
    [[ ! -e $file ]] || mount --bind /dev/null "$file"
  done
}

# The first process of its namespace: makes each host, all at once, and reaps what they leave.
serve() {
  local number=0 host
  for ((number = 1; number <= $1; number++)); do
    nsenter --net="/run/netns/node$number" unshare --uts --mount --propagation slave \
      "$script" --host "$number" &
  done
  wait
}

# Gives a host what it has of its own, and becomes its daemon; by whose process id, as others see
# it, they enter the host.
become_host() {
  local host=node$1 process sshd
  hostname "$host"
  mount -t tmpfs tmpfs /dev/shm
  printf '%s\n' "address add 10.0.0.$1/24 dev eth0" 'link set eth0 up' 'link set lo up' |
    ip -batch -
  read -r process _ </proc/self/stat
  printf '%d\n' "$process" >"/run/processes/$host"
  sshd=$(command -v sshd) # which wants to be called by its full path
  exec "$sshd" -D -e -o "PidFile=/run/sshd/$host"
}

# A daemon writes a file with its process id, as it sees it, when it listens.
await_daemons() {
  local number tries=1000
  for ((number = 1; number <= ${#slots[@]}; number++)); do
    until [[ -s /run/sshd/node$number ]]; do
      if ((--tries == 0)) || [[ -s /run/errors ]] || ! kill -0 "$serving"; then
        cat /run/errors
        exit 1
      fi
      sleep 0.01
    done
  done
}

# The reaper's life: waits for the keeper's end, which sends it SIGTERM.
reap() {
  trap exit TERM
  trap end_commands EXIT
  read -r <>/run/never
}

# Ends what is on the hosts and in no process namespace: COMMAND and what it started.
end_commands() {
  local process network found=1 tries=100
  trap '' TERM
  while [[ -n $found ]] && ((tries--)); do
    found=
    for process in /proc/[0-9]*; do
      for network in /run/netns/node*; do
        [[ ! $process/ns/net -ef $network ]] || {
          kill -KILL "${process##*/}" 2>/dev/null || true
          found=1
        }
      done
    done
    [[ -z $found ]] || sleep 0.01
  done
}

# The path, from outside, of something in the private /run of the cluster that `keeper` keeps.
inside() { printf '%s\n' "/proc/$keeper/root/run/$1"; }

# in_network HOST COMMAND…: COMMAND sees that host's network, and is elsewhere on no host.
in_network() { nsenter --net="$(inside "netns/$1")" -- "${@:2}"; }

# on HOST COMMAND…: becomes COMMAND there, in the same folder.
on() {
  exec nsenter --target "$(<"$(inside "processes/$1")")" --net --uts --mount --wdns="$PWD" -- "${@:2}"
}

# limit HOST RATE: what it sends at most; all it can where RATE is empty.
limit() {
  if [[ -n $2 ]]; then
    in_network "$1" tc qdisc replace dev eth0 root tbf rate "$2" burst 256kb latency 50ms
  elif [[ -n $(rate_of "$1") ]]; then
    in_network "$1" tc qdisc del dev eth0 root
  fi
}

rate_of() { in_network "$1" tc qdisc show dev eth0 | sed -n 's/.* rate \([^ ]*\).*/\1/p'; }

# A line for each host: cluster, host, slots, rate, link.
describe() {
  local host slots limit state
  while read -r host slots; do
    limit=$(rate_of "$host")
    state=$(in_network bridge ip -oneline link show "$host")
    [[ $state == *[\<,]UP[,\>]* ]] && state=up || state=cut
    printf '%-12s %-8s %-10s %-12s %s\n' "$name" "$host" "$slots" "${limit:-unlimited}" "$state"
  done <"$(inside hostfile)"
}
