"""Rules on containers. Name: what is checked and why, remedy."""

from __future__ import annotations

RULES: dict[str, tuple[str, str]] = {
    "containers-required": (
        "A pod runs at least one container.",
        "Add spec.template.spec.containers.",
    ),
    "container-name-required": ("Each container has a name.", ""),
    "container-name-invalid": (
        "A container name is a DNS label: lower case letters, digits and '-', at most 63.",
        "",
    ),
    "container-name-duplicate": (
        "Names are unique among containers, init containers and ephemeral containers.",
        "Rename one of them.",
    ),
    "container-image-required": ("A container needs an image.", ""),
    "pull-policy-unsupported": ("imagePullPolicy is Always, IfNotPresent or Never.", ""),
    "message-policy-unsupported": (
        "terminationMessagePolicy is File or FallbackToLogsOnError.",
        "",
    ),
    "ephemeral-containers-forbidden": (
        "Ephemeral containers are added to running pods, never to a template.",
        "Remove them; debug a pod with kubectl debug.",
    ),
    "ephemeral-field-forbidden": ("An ephemeral container has no such field.", ""),
    "ephemeral-image-padded": ("The image has spaces around it.", ""),
    "ephemeral-target-unknown": ("targetContainerName names a container of the pod.", ""),
    "init-container-field-forbidden": (
        "An init container ends before the pod runs, so nothing probes or stops it.",
        "Make it a sidecar with restartPolicy: Always, or remove the field.",
    ),
    "init-resize-policy-invalid": (
        "An init container that ends can't be restarted to be resized.",
        "Use NotRequired.",
    ),
    "container-restart-policy-required": (
        "restartPolicyRules are exceptions from a restartPolicy of the container.",
        "Set restartPolicy on the container.",
    ),
    "container-restart-policy-unsupported": (
        "restartPolicy of a container is Always, Never or OnFailure.",
        "",
    ),
    "init-restart-policy-unsupported": (
        "In this version restartPolicy of an init container can only be Always (a sidecar).",
        "",
    ),
    "sidecar-restart-rules": ("In this version a sidecar has no restartPolicyRules.", ""),
    "restart-rules-too-many": ("A container has at most 20 restartPolicyRules.", ""),
    "restart-rule-action-unsupported": ("What a rule may do depends on the version.", ""),
    "restart-rule-exit-codes-required": ("A rule says for which exit codes it holds.", ""),
    "restart-rule-exit-codes-too-many": ("A rule lists at most 255 exit codes.", ""),
    "restart-rule-operator-unsupported": ("exitCodes are compared with In or NotIn.", ""),
    "resize-resource-required": ("A resize policy names its resource.", ""),
    "resize-resource-unsupported": ("Only cpu and memory can be resized in place.", ""),
    "resize-resource-duplicate": ("A resource has one resize policy.", ""),
    "resize-policy-required": ("A resize policy says whether it needs a restart.", ""),
    "resize-policy-unsupported": ("It is NotRequired or RestartContainer.", ""),
    "resize-policy-never": ("A pod that never restarts can't restart to be resized.", ""),
    "port-number-required": ("A port needs containerPort.", ""),
    "port-number-range": ("Ports are between 1 and 65535.", ""),
    "host-port-range": ("Ports are between 1 and 65535.", ""),
    "port-protocol-unsupported": (
        "The protocol is TCP, UDP or SCTP, in capitals.",
        "",
    ),
    "port-name-invalid": (
        "Port names have at most 15 characters, a-z, 0-9 and '-', with a letter among them.",
        "",
    ),
    "port-name-duplicate": (
        "Probes and Services select ports by name.",
        "Rename one of the ports.",
    ),
    "host-port-duplicate": (
        "Two containers of one pod can't both listen on this port of the node.",
        "Change one of the host ports.",
    ),
    "host-port-mismatch": (
        "On the host's network the container port is the port of the host.",
        "Remove hostPort, or set it to containerPort.",
    ),
    "env-name-required": ("A variable needs a name.", ""),
    "env-name-invalid": (
        "Names of variables are printable ASCII without '='.",
        "",
    ),
    "env-prefix-invalid": ("Names of variables are printable ASCII without '='.", ""),
    "env-source-required": ("valueFrom says where the value comes from.", ""),
    "env-source-multiple": ("A value comes from one source.", "Keep one of the sources."),
    "env-value-and-source": (
        "A variable has a value or a source, not both.",
        "Remove value or valueFrom.",
    ),
    "env-from-source-required": ("envFrom takes a configMapRef or a secretRef.", ""),
    "env-from-source-multiple": (
        "One item of envFrom takes one source.",
        "Make two items of it.",
    ),
    "env-from-name-required": ("The ConfigMap or Secret needs a name.", ""),
    "env-from-name-invalid": ("Names of ConfigMaps and Secrets are DNS subdomains.", ""),
    "field-ref-path-required": ("fieldRef needs a fieldPath.", ""),
    "field-ref-unknown": (
        "No pod has such a field, or not one that can be read this way.",
        "Case matters: spec.nodeName, metadata.labels['key'].",
    ),
    "field-ref-unsupported": (
        "Variables and files may read only some fields of the pod.",
        "All labels or annotations at once only go into a downwardAPI volume.",
    ),
    "field-ref-key-invalid": ("What stands in the brackets must be a label key.", ""),
    "resource-ref-required": ("resourceFieldRef needs a resource such as limits.cpu.", ""),
    "resource-ref-unsupported": (
        "Only cpu, memory, ephemeral-storage and huge pages can be read this way.",
        "",
    ),
    "resource-ref-container-required": (
        "In a volume, resourceFieldRef must say of which container.",
        "Set containerName.",
    ),
    "resource-ref-divisor-invalid": (
        "The divisor is the unit in which the value is given.",
        "Use 1 or 1m for cpu, and 1, 1k, 1M, 1Ki, 1Mi, … for bytes.",
    ),
    "key-ref-name-invalid": ("Names of ConfigMaps and Secrets are DNS subdomains.", ""),
    "key-ref-key-required": ("A key of the ConfigMap or Secret must be named.", ""),
    "key-ref-key-invalid": (
        "Keys of ConfigMaps and Secrets have letters, digits, '-', '_' and '.'.",
        "",
    ),
    "file-key-required": ("fileKeyRef needs volumeName, path and key.", ""),
    "file-key-invalid": ("The volume is named by a DNS label, the key by a variable name.", ""),
    "file-key-volume-unknown": ("The pod has no volume of this name.", ""),
    "file-key-volume-type": ("Variables are read from files of an emptyDir only.", ""),
    "handler-required": (
        "A probe or hook needs one of exec, httpGet, tcpSocket, grpc (probes), sleep (hooks).",
        "",
    ),
    "handler-multiple": ("A probe or hook has one handler.", "Keep one of them."),
    "exec-command-required": ("exec needs a command.", ""),
    "http-scheme-unsupported": ("The scheme is HTTP or HTTPS, in capitals.", ""),
    "http-header-invalid": ("Header names have letters, digits and '-'.", ""),
    "probe-port-invalid": (
        "A port is a number from 1 to 65535, or the name of a port.",
        "Write numbers without quotes.",
    ),
    "probe-negative": ("Numbers of a probe are 0 or more.", ""),
    "probe-success-threshold": (
        "One success is enough for liveness and startup probes.",
        "Remove successThreshold.",
    ),
    "probe-grace-period-range": ("It is at least one second.", ""),
    "probe-grace-period-readiness": (
        "A readiness probe never ends a container.",
        "Remove terminationGracePeriodSeconds from it.",
    ),
    "sleep-range": (
        "A hook can't sleep longer than the pod has to end.",
        "Raise terminationGracePeriodSeconds, or sleep less.",
    ),
    "quantity-invalid": (
        "A quantity is a number with an optional unit: 100m, 1.5, 64Mi, 1Gi, 1e3.",
        "Units are case-sensitive: Mi and Gi for bytes, m for thousandths.",
    ),
    "quantity-negative": ("A quantity of resources is 0 or more.", ""),
    "quantity-not-integer": ("Devices and other extended resources are counted whole.", ""),
    "resource-name-invalid": ("A resource name is a qualified name.", ""),
    "resource-name-unknown": (
        "Only known resources have names without a domain.",
        "Use cpu, memory, ephemeral-storage, hugepages-…, or vendor.example.com/name.",
    ),
    "resource-name-not-container": (
        "Containers take cpu, memory, ephemeral-storage, huge pages and extended resources.",
        "",
    ),
    "resource-name-not-extended": ("An extended resource is named domain/name.", ""),
    "request-over-limit": (
        "A container can't be promised more than it may use.",
        "Raise the limit or lower the request.",
    ),
    "request-not-limit": (
        "Devices and huge pages can't be overcommitted: request and limit are equal.",
        "Give only the limit.",
    ),
    "limit-required": (
        "Devices and huge pages can't be overcommitted, so they need a limit.",
        "Move the amount from requests to limits.",
    ),
    "huge-pages-alone": ("Huge pages need cpu or memory beside them.", ""),
    "huge-pages-multiple": ("The amount is a multiple of the page size.", ""),
    "claim-name-required": ("A claim is named.", ""),
    "claim-request-invalid": ("A request of a claim is named by a DNS label.", ""),
    "claim-duplicate": ("A container names a claim, or a request of it, once.", ""),
    "claim-unknown": (
        "The claim must be one of spec.template.spec.resourceClaims.",
        "",
    ),
}
