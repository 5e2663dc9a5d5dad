"""A real control plane on this machine, without Docker: etcd, kube-apiserver,
kube-controller-manager and kube-scheduler, with nodes and kubelets simulated by KWOK.

``versions`` says what can run, ``build`` makes the binaries once, ``lifecycle`` starts, heals and
stops; ``nodes`` is the layout of the simulated fleet; ``paths`` says where everything lies.
"""
