/**
 * Field numbers of the protobuf messages of k8s.io/api (and apiextensions) v0.37, for every kind that is served, in full: what
 * a table left out would be lost without a word. It is longer than 500 lines because those messages are that many.
 *
 * A message is a name and `member=number:type` entries; a line that begins with a blank goes on with the one above. A type is
 * a scalar (`string int double bool bytes time microTime quantity intOrString json`), a message, `[]type` or `map:type`; `!`
 * marks an optional scalar, whose zero means something. The member `^` stands for a message whose members JSON has inline.
 */
export const messageText = `
AWSElasticBlockStoreVolumeSource volumeID=1:string fsType=2:string partition=3:int readOnly=4:bool
Affinity nodeAffinity=1:NodeAffinity podAffinity=2:PodAffinity podAntiAffinity=3:PodAntiAffinity
AggregationRule clusterRoleSelectors=1:[]LabelSelector
AppArmorProfile type=1:string localhostProfile=2:string!
AttachedVolume name=1:string devicePath=2:string
AzureDiskVolumeSource diskName=1:string diskURI=2:string cachingMode=3:string! fsType=4:string! readOnly=5:bool!
  kind=6:string!
AzureFilePersistentVolumeSource secretName=1:string shareName=2:string readOnly=3:bool secretNamespace=4:string!
AzureFileVolumeSource secretName=1:string shareName=2:string readOnly=3:bool
Binding metadata=1:ObjectMeta target=2:ObjectReference
BoundObjectReference kind=1:string apiVersion=2:string name=3:string uid=4:string
CSIPersistentVolumeSource driver=1:string volumeHandle=2:string readOnly=3:bool fsType=4:string
  volumeAttributes=5:map:string controllerPublishSecretRef=6:SecretReference nodeStageSecretRef=7:SecretReference
  nodePublishSecretRef=8:SecretReference controllerExpandSecretRef=9:SecretReference
  nodeExpandSecretRef=10:SecretReference
CSIVolumeSource driver=1:string readOnly=2:bool! fsType=3:string! volumeAttributes=4:map:string
  nodePublishSecretRef=5:LocalObjectReference
Capabilities add=1:[]string drop=2:[]string
CephFSPersistentVolumeSource monitors=1:[]string path=2:string user=3:string secretFile=4:string
  secretRef=5:SecretReference readOnly=6:bool
CephFSVolumeSource monitors=1:[]string path=2:string user=3:string secretFile=4:string
  secretRef=5:LocalObjectReference readOnly=6:bool
CinderPersistentVolumeSource volumeID=1:string fsType=2:string readOnly=3:bool secretRef=4:SecretReference
CinderVolumeSource volumeID=1:string fsType=2:string readOnly=3:bool secretRef=4:LocalObjectReference
ClientIPConfig timeoutSeconds=1:int!
ClusterRole metadata=1:ObjectMeta rules=2:[]PolicyRule aggregationRule=3:AggregationRule
ClusterRoleBinding metadata=1:ObjectMeta subjects=2:[]Subject roleRef=3:RoleRef
ClusterTrustBundleProjection name=1:string! signerName=2:string! labelSelector=3:LabelSelector path=4:string
  optional=5:bool! user=6:int!
Condition type=1:string status=2:string observedGeneration=3:int lastTransitionTime=4:time reason=5:string
  message=6:string
ConfigMap metadata=1:ObjectMeta data=2:map:string binaryData=3:map:bytes immutable=4:bool!
ConfigMapEnvSource ^=1:LocalObjectReference optional=2:bool!
ConfigMapKeySelector ^=1:LocalObjectReference key=2:string optional=3:bool!
ConfigMapNodeConfigSource namespace=1:string name=2:string uid=3:string resourceVersion=4:string
  kubeletConfigKey=5:string
ConfigMapProjection ^=1:LocalObjectReference items=2:[]KeyToPath optional=4:bool!
ConfigMapVolumeSource ^=1:LocalObjectReference items=2:[]KeyToPath defaultMode=3:int! optional=4:bool!
  defaultUser=5:int!
Container name=1:string image=2:string command=3:[]string args=4:[]string workingDir=5:string
  ports=6:[]ContainerPort env=7:[]EnvVar resources=8:ResourceRequirements volumeMounts=9:[]VolumeMount
  livenessProbe=10:Probe readinessProbe=11:Probe lifecycle=12:Lifecycle terminationMessagePath=13:string
  imagePullPolicy=14:string securityContext=15:SecurityContext stdin=16:bool stdinOnce=17:bool tty=18:bool
  envFrom=19:[]EnvFromSource terminationMessagePolicy=20:string volumeDevices=21:[]VolumeDevice
  startupProbe=22:Probe resizePolicy=23:[]ContainerResizePolicy restartPolicy=24:string!
  restartPolicyRules=25:[]ContainerRestartRule
ContainerExtendedResourceRequest containerName=1:string resourceName=2:string requestName=3:string
ContainerImage names=1:[]string sizeBytes=2:int
ContainerPort name=1:string hostPort=2:int containerPort=3:int protocol=4:string hostIP=5:string
ContainerResizePolicy resourceName=1:string restartPolicy=2:string
ContainerRestartRule action=1:string exitCodes=2:ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes operator=1:string values=2:[]int
ContainerState waiting=1:ContainerStateWaiting running=2:ContainerStateRunning terminated=3:ContainerStateTerminated
ContainerStateRunning startedAt=1:time
ContainerStateTerminated exitCode=1:int signal=2:int reason=3:string message=4:string startedAt=5:time
  finishedAt=6:time containerID=7:string
ContainerStateWaiting reason=1:string message=2:string
ContainerStatus name=1:string state=2:ContainerState lastState=3:ContainerState ready=4:bool restartCount=5:int
  image=6:string imageID=7:string containerID=8:string started=9:bool! allocatedResources=10:map:quantity
  resources=11:ResourceRequirements volumeMounts=12:[]VolumeMountStatus user=13:ContainerUser
  allocatedResourcesStatus=14:[]ResourceStatus stopSignal=15:string!
ContainerUser linux=1:LinuxContainerUser
ControllerRevision metadata=1:ObjectMeta data=2:json revision=3:int
CronJob metadata=1:ObjectMeta spec=2:CronJobSpec status=3:CronJobStatus
CronJobSpec schedule=1:string startingDeadlineSeconds=2:int! concurrencyPolicy=3:string suspend=4:bool!
  jobTemplate=5:JobTemplateSpec successfulJobsHistoryLimit=6:int! failedJobsHistoryLimit=7:int! timeZone=8:string!
CronJobStatus active=1:[]ObjectReference lastScheduleTime=4:time lastSuccessfulTime=5:time
CustomResourceColumnDefinition name=1:string type=2:string format=3:string description=4:string priority=5:int
  jsonPath=6:string
CustomResourceConversion strategy=1:string webhook=2:WebhookConversion
CustomResourceDefinition metadata=1:ObjectMeta spec=2:CustomResourceDefinitionSpec
  status=3:CustomResourceDefinitionStatus
CustomResourceDefinitionCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string
  message=5:string observedGeneration=6:int
CustomResourceDefinitionNames plural=1:string singular=2:string shortNames=3:[]string kind=4:string
  listKind=5:string categories=6:[]string
CustomResourceDefinitionSpec group=1:string names=3:CustomResourceDefinitionNames scope=4:string
  versions=7:[]CustomResourceDefinitionVersion conversion=9:CustomResourceConversion preserveUnknownFields=10:bool
CustomResourceDefinitionStatus conditions=1:[]CustomResourceDefinitionCondition
  acceptedNames=2:CustomResourceDefinitionNames storedVersions=3:[]string observedGeneration=4:int
CustomResourceDefinitionVersion name=1:string served=2:bool storage=3:bool schema=4:CustomResourceValidation
  subresources=5:CustomResourceSubresources additionalPrinterColumns=6:[]CustomResourceColumnDefinition
  deprecated=7:bool deprecationWarning=8:string! selectableFields=9:[]SelectableField
CustomResourceSubresourceScale specReplicasPath=1:string statusReplicasPath=2:string labelSelectorPath=3:string!
CustomResourceSubresourceStatus
CustomResourceSubresources status=1:CustomResourceSubresourceStatus scale=2:CustomResourceSubresourceScale
CustomResourceValidation openAPIV3Schema=1:JSONSchemaProps
DaemonEndpoint Port=1:int
DaemonSet metadata=1:ObjectMeta spec=2:DaemonSetSpec status=3:DaemonSetStatus
DaemonSetCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string message=5:string
DaemonSetSpec selector=1:LabelSelector template=2:PodTemplateSpec updateStrategy=3:DaemonSetUpdateStrategy
  minReadySeconds=4:int revisionHistoryLimit=6:int!
DaemonSetStatus currentNumberScheduled=1:int numberMisscheduled=2:int desiredNumberScheduled=3:int numberReady=4:int
  observedGeneration=5:int updatedNumberScheduled=6:int numberAvailable=7:int numberUnavailable=8:int
  collisionCount=9:int! conditions=10:[]DaemonSetCondition
DaemonSetUpdateStrategy type=1:string rollingUpdate=2:RollingUpdateDaemonSet
DeleteOptions gracePeriodSeconds=1:int! preconditions=2:Preconditions orphanDependents=3:bool!
  propagationPolicy=4:string! dryRun=5:[]string ignoreStoreReadErrorWithClusterBreakingPotential=6:bool!
Deployment metadata=1:ObjectMeta spec=2:DeploymentSpec status=3:DeploymentStatus
DeploymentCondition type=1:string status=2:string reason=4:string message=5:string lastUpdateTime=6:time
  lastTransitionTime=7:time
DeploymentSpec replicas=1:int! selector=2:LabelSelector template=3:PodTemplateSpec strategy=4:DeploymentStrategy
  minReadySeconds=5:int revisionHistoryLimit=6:int! paused=7:bool progressDeadlineSeconds=9:int!
DeploymentStatus observedGeneration=1:int replicas=2:int updatedReplicas=3:int availableReplicas=4:int
  unavailableReplicas=5:int conditions=6:[]DeploymentCondition readyReplicas=7:int collisionCount=8:int!
  terminatingReplicas=9:int!
DeploymentStrategy type=1:string rollingUpdate=2:RollingUpdateDeployment
DownwardAPIProjection items=1:[]DownwardAPIVolumeFile
DownwardAPIVolumeFile path=1:string fieldRef=2:ObjectFieldSelector resourceFieldRef=3:ResourceFieldSelector
  mode=4:int! user=5:int!
DownwardAPIVolumeSource items=1:[]DownwardAPIVolumeFile defaultMode=2:int! defaultUser=3:int!
EmptyDirVolumeSource medium=1:string sizeLimit=2:quantity mode=3:int!
Endpoint addresses=1:[]string conditions=2:EndpointConditions hostname=3:string! targetRef=4:ObjectReference
  deprecatedTopology=5:map:string nodeName=6:string! zone=7:string! hints=8:EndpointHints
EndpointAddress ip=1:string targetRef=2:ObjectReference hostname=3:string nodeName=4:string!
EndpointConditions ready=1:bool! serving=2:bool! terminating=3:bool!
EndpointHints forZones=1:[]ForZone forNodes=2:[]ForNode
EndpointPort name=1:string port=2:int protocol=3:string appProtocol=4:string!
EndpointSlice metadata=1:ObjectMeta endpoints=2:[]Endpoint ports=3:[]discovery.EndpointPort addressType=4:string
EndpointSubset addresses=1:[]EndpointAddress notReadyAddresses=2:[]EndpointAddress ports=3:[]EndpointPort
Endpoints metadata=1:ObjectMeta subsets=2:[]EndpointSubset
EnvFromSource prefix=1:string configMapRef=2:ConfigMapEnvSource secretRef=3:SecretEnvSource
EnvVar name=1:string value=2:string valueFrom=3:EnvVarSource
EnvVarSource fieldRef=1:ObjectFieldSelector resourceFieldRef=2:ResourceFieldSelector
  configMapKeyRef=3:ConfigMapKeySelector secretKeyRef=4:SecretKeySelector fileKeyRef=5:FileKeySelector
EphemeralContainer ^=1:Container targetContainerName=2:string
EphemeralVolumeSource volumeClaimTemplate=1:PersistentVolumeClaimTemplate
Event metadata=1:ObjectMeta involvedObject=2:ObjectReference reason=3:string message=4:string source=5:EventSource
  firstTimestamp=6:time lastTimestamp=7:time count=8:int type=9:string eventTime=10:microTime series=11:EventSeries
  action=12:string related=13:ObjectReference reportingComponent=14:string reportingInstance=15:string
EventSeries count=1:int lastObservedTime=2:microTime
EventSource component=1:string host=2:string
Eviction metadata=1:ObjectMeta deleteOptions=2:DeleteOptions
EvictionResponder name=1:string priority=2:int!
ExecAction command=1:[]string
ExternalDocumentation description=1:string url=2:string
FCVolumeSource targetWWNs=1:[]string lun=2:int! fsType=3:string readOnly=4:bool wwids=5:[]string
FieldSelectorAttributes rawSelector=1:string requirements=2:[]FieldSelectorRequirement
FieldSelectorRequirement key=1:string operator=2:string values=3:[]string
FileKeySelector volumeName=1:string path=2:string key=3:string optional=4:bool!
FlexPersistentVolumeSource driver=1:string fsType=2:string secretRef=3:SecretReference readOnly=4:bool
  options=5:map:string
FlexVolumeSource driver=1:string fsType=2:string secretRef=3:LocalObjectReference readOnly=4:bool
  options=5:map:string
FlockerVolumeSource datasetName=1:string datasetUUID=2:string
ForNode name=1:string
ForZone name=1:string
GCEPersistentDiskVolumeSource pdName=1:string fsType=2:string partition=3:int readOnly=4:bool
GRPCAction port=1:int service=2:string! mode=3:string!
GitRepoVolumeSource repository=1:string revision=2:string directory=3:string
GlusterfsPersistentVolumeSource endpoints=1:string path=2:string readOnly=3:bool endpointsNamespace=4:string!
GlusterfsVolumeSource endpoints=1:string path=2:string readOnly=3:bool
HPAScalingPolicy type=1:string value=2:int periodSeconds=3:int
HPAScalingRules selectPolicy=1:string! policies=2:[]HPAScalingPolicy stabilizationWindowSeconds=3:int!
  tolerance=4:quantity
HTTPGetAction path=1:string port=2:intOrString host=3:string scheme=4:string httpHeaders=5:[]HTTPHeader
  protocol=6:string!
HTTPHeader name=1:string value=2:string
HTTPIngressPath path=1:string backend=2:IngressBackend pathType=3:string!
HTTPIngressRuleValue paths=1:[]HTTPIngressPath
HorizontalPodAutoscaler metadata=1:ObjectMeta spec=2:HorizontalPodAutoscalerSpec status=3:HorizontalPodAutoscalerStatus
HorizontalPodAutoscalerBehavior scaleUp=1:HPAScalingRules scaleDown=2:HPAScalingRules
HorizontalPodAutoscalerSpec scaleTargetRef=1:autoscaling.CrossVersionObjectReference minReplicas=2:int! maxReplicas=3:int
  targetCPUUtilizationPercentage=4:int!
HorizontalPodAutoscalerStatus observedGeneration=1:int! lastScaleTime=2:time currentReplicas=3:int desiredReplicas=4:int
  currentCPUUtilizationPercentage=5:int!
HostAlias ip=1:string hostnames=2:[]string
HostIP ip=1:string
HostPathVolumeSource path=1:string type=2:string!
IPBlock cidr=1:string except=2:[]string
ISCSIPersistentVolumeSource targetPortal=1:string iqn=2:string lun=3:int iscsiInterface=4:string fsType=5:string
  readOnly=6:bool portals=7:[]string chapAuthDiscovery=8:bool secretRef=10:SecretReference chapAuthSession=11:bool
  initiatorName=12:string!
ISCSIVolumeSource targetPortal=1:string iqn=2:string lun=3:int iscsiInterface=4:string fsType=5:string
  readOnly=6:bool portals=7:[]string chapAuthDiscovery=8:bool secretRef=10:LocalObjectReference
  chapAuthSession=11:bool initiatorName=12:string!
ImageVolumeSource reference=1:string pullPolicy=2:string
ImageVolumeStatus imageRef=1:string
Ingress metadata=1:ObjectMeta spec=2:IngressSpec status=3:IngressStatus
IngressBackend resource=3:TypedLocalObjectReference service=4:IngressServiceBackend
IngressClass metadata=1:ObjectMeta spec=2:IngressClassSpec
IngressClassParametersReference apiGroup=1:string! kind=2:string name=3:string scope=4:string! namespace=5:string!
IngressClassSpec controller=1:string parameters=2:IngressClassParametersReference
IngressLoadBalancerIngress ip=1:string hostname=2:string ports=4:[]IngressPortStatus
IngressLoadBalancerStatus ingress=1:[]IngressLoadBalancerIngress
IngressPortStatus port=1:int protocol=2:string error=3:string!
IngressRule host=1:string ^=2:IngressRuleValue
IngressRuleValue http=1:HTTPIngressRuleValue
IngressServiceBackend name=1:string port=2:ServiceBackendPort
IngressSpec defaultBackend=1:IngressBackend tls=2:[]IngressTLS rules=3:[]IngressRule ingressClassName=4:string!
IngressStatus loadBalancer=1:IngressLoadBalancerStatus
IngressTLS hosts=1:[]string secretName=2:string
JSONSchemaProps id=1:string $schema=2:string $ref=3:string! description=4:string type=5:string format=6:string
  title=7:string default=8:json maximum=9:double! exclusiveMaximum=10:bool minimum=11:double!
  exclusiveMinimum=12:bool maxLength=13:int! minLength=14:int! pattern=15:string maxItems=16:int! minItems=17:int!
  uniqueItems=18:bool multipleOf=19:double! enum=20:[]json maxProperties=21:int! minProperties=22:int!
  required=23:[]string items=24:JSONSchemaPropsOrArray allOf=25:[]JSONSchemaProps oneOf=26:[]JSONSchemaProps
  anyOf=27:[]JSONSchemaProps not=28:JSONSchemaProps properties=29:map:JSONSchemaProps
  additionalProperties=30:JSONSchemaPropsOrBool patternProperties=31:map:JSONSchemaProps
  dependencies=32:map:JSONSchemaPropsOrStringArray additionalItems=33:JSONSchemaPropsOrBool
  definitions=34:map:JSONSchemaProps externalDocs=35:ExternalDocumentation example=36:json nullable=37:bool
  x-kubernetes-preserve-unknown-fields=38:bool! x-kubernetes-embedded-resource=39:bool
  x-kubernetes-int-or-string=40:bool x-kubernetes-list-map-keys=41:[]string x-kubernetes-list-type=42:string!
  x-kubernetes-map-type=43:string! x-kubernetes-validations=44:[]ValidationRule
Job metadata=1:ObjectMeta spec=2:JobSpec status=3:JobStatus
JobCondition type=1:string status=2:string lastProbeTime=3:time lastTransitionTime=4:time reason=5:string
  message=6:string
JobSchedulingConfiguration
JobSpec parallelism=1:int! completions=2:int! activeDeadlineSeconds=3:int! selector=4:LabelSelector
  manualSelector=5:bool! template=6:PodTemplateSpec backoffLimit=7:int! ttlSecondsAfterFinished=8:int!
  completionMode=9:string! suspend=10:bool! podFailurePolicy=11:PodFailurePolicy backoffLimitPerIndex=12:int!
  maxFailedIndexes=13:int! podReplacementPolicy=14:string! managedBy=15:string! successPolicy=16:SuccessPolicy
  scheduling=17:JobSchedulingConfiguration
JobStatus conditions=1:[]JobCondition startTime=2:time completionTime=3:time active=4:int succeeded=5:int
  failed=6:int completedIndexes=7:string uncountedTerminatedPods=8:UncountedTerminatedPods ready=9:int!
  failedIndexes=10:string! terminating=11:int!
JobTemplateSpec metadata=1:ObjectMeta spec=2:JobSpec
KeyToPath key=1:string path=2:string mode=3:int! user=4:int!
LabelSelector matchLabels=1:map:string matchExpressions=2:[]LabelSelectorRequirement
LabelSelectorAttributes rawSelector=1:string requirements=2:[]LabelSelectorRequirement
LabelSelectorRequirement key=1:string operator=2:string values=3:[]string
Lease metadata=1:ObjectMeta spec=2:LeaseSpec
LeaseSpec holderIdentity=1:string! leaseDurationSeconds=2:int! acquireTime=3:microTime renewTime=4:microTime
  leaseTransitions=5:int! strategy=6:string! preferredHolder=7:string!
Lifecycle postStart=1:LifecycleHandler preStop=2:LifecycleHandler stopSignal=3:string!
LifecycleHandler exec=1:ExecAction httpGet=2:HTTPGetAction tcpSocket=3:TCPSocketAction sleep=4:SleepAction
LimitRange metadata=1:ObjectMeta spec=2:LimitRangeSpec
LimitRangeItem type=1:string max=2:map:quantity min=3:map:quantity default=4:map:quantity
  defaultRequest=5:map:quantity maxLimitRequestRatio=6:map:quantity
LimitRangeSpec limits=1:[]LimitRangeItem
LinuxContainerUser uid=1:int gid=2:int supplementalGroups=3:[]int
LoadBalancerIngress ip=1:string hostname=2:string ipMode=3:string! ports=4:[]PortStatus
LoadBalancerStatus ingress=1:[]LoadBalancerIngress
LocalObjectReference name=1:string
LocalSubjectAccessReview metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec status=3:SubjectAccessReviewStatus
LocalVolumeSource path=1:string fsType=2:string!
ManagedFieldsEntry manager=1:string operation=2:string apiVersion=3:string time=4:time fieldsType=6:string
  fieldsV1=7:json subresource=8:string
MatchCondition name=1:string expression=2:string
MetricIdentifier name=1:string selector=2:LabelSelector
MetricTarget type=1:string value=2:quantity averageValue=3:quantity averageUtilization=4:int!
MetricValueStatus value=1:quantity averageValue=2:quantity averageUtilization=3:int!
ModifyVolumeStatus targetVolumeAttributesClassName=1:string status=2:string
MutatingWebhook name=1:string clientConfig=2:WebhookClientConfig rules=3:[]RuleWithOperations
  failurePolicy=4:string! namespaceSelector=5:LabelSelector sideEffects=6:string! timeoutSeconds=7:int!
  admissionReviewVersions=8:[]string matchPolicy=9:string! reinvocationPolicy=10:string!
  objectSelector=11:LabelSelector matchConditions=12:[]MatchCondition
MutatingWebhookConfiguration metadata=1:ObjectMeta webhooks=2:[]MutatingWebhook
NFSVolumeSource server=1:string path=2:string readOnly=3:bool
Namespace metadata=1:ObjectMeta spec=2:NamespaceSpec status=3:NamespaceStatus
NamespaceCondition type=1:string status=2:string lastTransitionTime=4:time reason=5:string message=6:string
NamespaceSpec finalizers=1:[]string
NamespaceStatus phase=1:string conditions=2:[]NamespaceCondition
NetworkPolicy metadata=1:ObjectMeta spec=2:NetworkPolicySpec
NetworkPolicyEgressRule ports=1:[]NetworkPolicyPort to=2:[]NetworkPolicyPeer
NetworkPolicyIngressRule ports=1:[]NetworkPolicyPort from=2:[]NetworkPolicyPeer
NetworkPolicyPeer podSelector=1:LabelSelector namespaceSelector=2:LabelSelector ipBlock=3:IPBlock
NetworkPolicyPort protocol=1:string! port=2:intOrString endPort=3:int!
NetworkPolicySpec podSelector=1:LabelSelector ingress=2:[]NetworkPolicyIngressRule
  egress=3:[]NetworkPolicyEgressRule policyTypes=4:[]string
Node metadata=1:ObjectMeta spec=2:NodeSpec status=3:NodeStatus
NodeAddress type=1:string address=2:string
NodeAffinity requiredDuringSchedulingIgnoredDuringExecution=1:NodeSelector
  preferredDuringSchedulingIgnoredDuringExecution=2:[]PreferredSchedulingTerm
NodeAllocatableMappedResources name=1:string quantity=2:quantity
NodeAllocatableOverheadResources name=1:string perPod=2:quantity perContainer=3:quantity
NodeAllocatableResourceClaimStatus resourceClaimName=1:string containers=2:[]string
  mapping=4:[]NodeAllocatableMappedResources overhead=5:[]NodeAllocatableOverheadResources
NodeCondition type=1:string status=2:string lastHeartbeatTime=3:time lastTransitionTime=4:time reason=5:string
  message=6:string
NodeConfigSource configMap=2:ConfigMapNodeConfigSource
NodeConfigStatus assigned=1:NodeConfigSource active=2:NodeConfigSource lastKnownGood=3:NodeConfigSource
  error=4:string
NodeDaemonEndpoints kubeletEndpoint=1:DaemonEndpoint
NodeFeatures supplementalGroupsPolicy=1:bool!
NodePodPreemptionPolicy disableResizePreemption=1:[]string
NodeRuntimeHandler name=1:string features=2:NodeRuntimeHandlerFeatures
NodeRuntimeHandlerFeatures recursiveReadOnlyMounts=1:bool! userNamespaces=2:bool!
NodeSelector nodeSelectorTerms=1:[]NodeSelectorTerm
NodeSelectorRequirement key=1:string operator=2:string values=3:[]string
NodeSelectorTerm matchExpressions=1:[]NodeSelectorRequirement matchFields=2:[]NodeSelectorRequirement
NodeSpec podCIDR=1:string externalID=2:string providerID=3:string unschedulable=4:bool taints=5:[]Taint
  configSource=6:NodeConfigSource podCIDRs=7:[]string podPreemptionPolicy=8:NodePodPreemptionPolicy
NodeStatus capacity=1:map:quantity allocatable=2:map:quantity phase=3:string conditions=4:[]NodeCondition
  addresses=5:[]NodeAddress daemonEndpoints=6:NodeDaemonEndpoints nodeInfo=7:NodeSystemInfo
  images=8:[]ContainerImage volumesInUse=9:[]string volumesAttached=10:[]AttachedVolume config=11:NodeConfigStatus
  runtimeHandlers=12:[]NodeRuntimeHandler features=13:NodeFeatures declaredFeatures=14:[]string
NodeSwapStatus capacity=1:int!
NodeSystemInfo machineID=1:string systemUUID=2:string bootID=3:string kernelVersion=4:string osImage=5:string
  containerRuntimeVersion=6:string kubeletVersion=7:string kubeProxyVersion=8:string operatingSystem=9:string
  architecture=10:string swap=11:NodeSwapStatus runningInUserNamespace=12:bool!
NonResourceAttributes path=1:string verb=2:string
NonResourceRule verbs=1:[]string nonResourceURLs=2:[]string
ObjectFieldSelector apiVersion=1:string fieldPath=2:string
ObjectMeta name=1:string generateName=2:string namespace=3:string selfLink=4:string uid=5:string
  resourceVersion=6:string generation=7:int creationTimestamp=8:time deletionTimestamp=9:time
  deletionGracePeriodSeconds=10:int! labels=11:map:string annotations=12:map:string
  ownerReferences=13:[]OwnerReference finalizers=14:[]string managedFields=17:[]ManagedFieldsEntry
ObjectReference kind=1:string namespace=2:string name=3:string uid=4:string apiVersion=5:string
  resourceVersion=6:string fieldPath=7:string
Overhead podFixed=1:map:quantity
OwnerReference kind=1:string name=3:string uid=4:string apiVersion=5:string controller=6:bool!
  blockOwnerDeletion=7:bool!
PersistentVolume metadata=1:ObjectMeta spec=2:PersistentVolumeSpec status=3:PersistentVolumeStatus
PersistentVolumeClaim metadata=1:ObjectMeta spec=2:PersistentVolumeClaimSpec status=3:PersistentVolumeClaimStatus
PersistentVolumeClaimCondition type=1:string status=2:string lastProbeTime=3:time lastTransitionTime=4:time
  reason=5:string message=6:string
PersistentVolumeClaimSpec accessModes=1:[]string resources=2:VolumeResourceRequirements volumeName=3:string
  selector=4:LabelSelector storageClassName=5:string! volumeMode=6:string! dataSource=7:TypedLocalObjectReference
  dataSourceRef=8:TypedObjectReference volumeAttributesClassName=9:string!
PersistentVolumeClaimStatus phase=1:string accessModes=2:[]string capacity=3:map:quantity
  conditions=4:[]PersistentVolumeClaimCondition allocatedResources=5:map:quantity
  allocatedResourceStatuses=7:map:string currentVolumeAttributesClassName=8:string!
  modifyVolumeStatus=9:ModifyVolumeStatus healthStatus=10:VolumeHealthStatus
PersistentVolumeClaimTemplate metadata=1:ObjectMeta spec=2:PersistentVolumeClaimSpec
PersistentVolumeClaimVolumeSource claimName=1:string readOnly=2:bool
PersistentVolumeSource gcePersistentDisk=1:GCEPersistentDiskVolumeSource
  awsElasticBlockStore=2:AWSElasticBlockStoreVolumeSource hostPath=3:HostPathVolumeSource
  glusterfs=4:GlusterfsPersistentVolumeSource nfs=5:NFSVolumeSource rbd=6:RBDPersistentVolumeSource
  iscsi=7:ISCSIPersistentVolumeSource cinder=8:CinderPersistentVolumeSource cephfs=9:CephFSPersistentVolumeSource
  fc=10:FCVolumeSource flocker=11:FlockerVolumeSource flexVolume=12:FlexPersistentVolumeSource
  azureFile=13:AzureFilePersistentVolumeSource vsphereVolume=14:VsphereVirtualDiskVolumeSource
  quobyte=15:QuobyteVolumeSource azureDisk=16:AzureDiskVolumeSource
  photonPersistentDisk=17:PhotonPersistentDiskVolumeSource portworxVolume=18:PortworxVolumeSource
  scaleIO=19:ScaleIOPersistentVolumeSource local=20:LocalVolumeSource storageos=21:StorageOSPersistentVolumeSource
  csi=22:CSIPersistentVolumeSource
PersistentVolumeSpec capacity=1:map:quantity ^=2:PersistentVolumeSource accessModes=3:[]string
  claimRef=4:ObjectReference persistentVolumeReclaimPolicy=5:string storageClassName=6:string
  mountOptions=7:[]string volumeMode=8:string! nodeAffinity=9:VolumeNodeAffinity
  volumeAttributesClassName=10:string!
PersistentVolumeStatus phase=1:string message=2:string reason=3:string lastPhaseTransitionTime=4:time
PhotonPersistentDiskVolumeSource pdID=1:string fsType=2:string
Pod metadata=1:ObjectMeta spec=2:PodSpec status=3:PodStatus
PodAffinity requiredDuringSchedulingIgnoredDuringExecution=1:[]PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2:[]WeightedPodAffinityTerm
PodAffinityTerm labelSelector=1:LabelSelector namespaces=2:[]string topologyKey=3:string
  namespaceSelector=4:LabelSelector matchLabelKeys=5:[]string mismatchLabelKeys=6:[]string
PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution=1:[]PodAffinityTerm
  preferredDuringSchedulingIgnoredDuringExecution=2:[]WeightedPodAffinityTerm
PodCertificateProjection signerName=1:string keyType=2:string maxExpirationSeconds=3:int!
  credentialBundlePath=4:string keyPath=5:string certificateChainPath=6:string userAnnotations=7:map:string
  user=8:int!
PodCondition type=1:string status=2:string lastProbeTime=3:time lastTransitionTime=4:time reason=5:string
  message=6:string observedGeneration=7:int
PodDNSConfig nameservers=1:[]string searches=2:[]string options=3:[]PodDNSConfigOption
PodDNSConfigOption name=1:string value=2:string!
PodDisruptionBudget metadata=1:ObjectMeta spec=2:PodDisruptionBudgetSpec status=3:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec minAvailable=1:intOrString selector=2:LabelSelector maxUnavailable=3:intOrString
  unhealthyPodEvictionPolicy=4:string!
PodDisruptionBudgetStatus observedGeneration=1:int disruptedPods=2:map:time disruptionsAllowed=3:int
  currentHealthy=4:int desiredHealthy=5:int expectedPods=6:int conditions=7:[]Condition
PodExtendedResourceClaimStatus requestMappings=1:[]ContainerExtendedResourceRequest resourceClaimName=2:string
PodFailurePolicy rules=1:[]PodFailurePolicyRule
PodFailurePolicyOnExitCodesRequirement containerName=1:string! operator=2:string values=3:[]int
PodFailurePolicyOnPodConditionsPattern type=1:string status=2:string
PodFailurePolicyRule action=1:string onExitCodes=2:PodFailurePolicyOnExitCodesRequirement
  onPodConditions=3:[]PodFailurePolicyOnPodConditionsPattern
PodIP ip=1:string
PodOS name=1:string
PodReadinessGate conditionType=1:string
PodResourceClaim name=1:string resourceClaimName=3:string! resourceClaimTemplateName=4:string!
PodResourceClaimStatus name=1:string resourceClaimName=2:string!
PodSchedulingGate name=1:string
PodSchedulingGroup podGroupName=1:string!
PodSecurityContext seLinuxOptions=1:SELinuxOptions runAsUser=2:int! runAsNonRoot=3:bool! supplementalGroups=4:[]int
  fsGroup=5:int! runAsGroup=6:int! sysctls=7:[]Sysctl windowsOptions=8:WindowsSecurityContextOptions
  fsGroupChangePolicy=9:string! seccompProfile=10:SeccompProfile appArmorProfile=11:AppArmorProfile
  supplementalGroupsPolicy=12:string! seLinuxChangePolicy=13:string!
PodSpec volumes=1:[]Volume containers=2:[]Container restartPolicy=3:string terminationGracePeriodSeconds=4:int!
  activeDeadlineSeconds=5:int! dnsPolicy=6:string nodeSelector=7:map:string serviceAccountName=8:string
  serviceAccount=9:string nodeName=10:string hostNetwork=11:bool hostPID=12:bool hostIPC=13:bool
  securityContext=14:PodSecurityContext imagePullSecrets=15:[]LocalObjectReference hostname=16:string
  subdomain=17:string affinity=18:Affinity schedulerName=19:string initContainers=20:[]Container
  automountServiceAccountToken=21:bool! tolerations=22:[]Toleration hostAliases=23:[]HostAlias
  priorityClassName=24:string priority=25:int! dnsConfig=26:PodDNSConfig shareProcessNamespace=27:bool!
  readinessGates=28:[]PodReadinessGate runtimeClassName=29:string! enableServiceLinks=30:bool!
  preemptionPolicy=31:string! overhead=32:map:quantity topologySpreadConstraints=33:[]TopologySpreadConstraint
  ephemeralContainers=34:[]EphemeralContainer setHostnameAsFQDN=35:bool! os=36:PodOS hostUsers=37:bool!
  schedulingGates=38:[]PodSchedulingGate resourceClaims=39:[]PodResourceClaim resources=40:ResourceRequirements
  hostnameOverride=41:string! schedulingGroup=43:PodSchedulingGroup evictionResponders=44:[]EvictionResponder
PodStatus phase=1:string conditions=2:[]PodCondition message=3:string reason=4:string hostIP=5:string podIP=6:string
  startTime=7:time containerStatuses=8:[]ContainerStatus qosClass=9:string
  initContainerStatuses=10:[]ContainerStatus nominatedNodeName=11:string podIPs=12:[]PodIP
  ephemeralContainerStatuses=13:[]ContainerStatus resize=14:string resourceClaimStatuses=15:[]PodResourceClaimStatus
  hostIPs=16:[]HostIP observedGeneration=17:int extendedResourceClaimStatus=18:PodExtendedResourceClaimStatus
  allocatedResources=19:map:quantity resources=20:ResourceRequirements
  nodeAllocatableResourceClaimStatuses=21:[]NodeAllocatableResourceClaimStatus volumeHealth=22:[]PodVolumeHealth
PodTemplate metadata=1:ObjectMeta template=2:PodTemplateSpec
PodTemplateSpec metadata=1:ObjectMeta spec=2:PodSpec
PodVolumeHealth name=1:string healthConditions=2:[]VolumeHealthCondition lastTransitionTime=3:time
PolicyRule verbs=1:[]string apiGroups=2:[]string resources=3:[]string resourceNames=4:[]string
  nonResourceURLs=5:[]string
PortStatus port=1:int protocol=2:string error=3:string!
PortworxVolumeSource volumeID=1:string fsType=2:string readOnly=3:bool
Preconditions uid=1:string! resourceVersion=2:string!
PreferredSchedulingTerm weight=1:int preference=2:NodeSelectorTerm
PriorityClass metadata=1:ObjectMeta value=2:int globalDefault=3:bool description=4:string preemptionPolicy=5:string!
Probe ^=1:ProbeHandler initialDelaySeconds=2:int timeoutSeconds=3:int periodSeconds=4:int successThreshold=5:int
  failureThreshold=6:int terminationGracePeriodSeconds=7:int!
ProbeHandler exec=1:ExecAction httpGet=2:HTTPGetAction tcpSocket=3:TCPSocketAction grpc=4:GRPCAction
ProjectedVolumeSource sources=1:[]VolumeProjection defaultMode=2:int! defaultUser=3:int!
QuobyteVolumeSource registry=1:string volume=2:string readOnly=3:bool user=4:string group=5:string tenant=6:string
RBDPersistentVolumeSource monitors=1:[]string image=2:string fsType=3:string pool=4:string user=5:string
  keyring=6:string secretRef=7:SecretReference readOnly=8:bool
RBDVolumeSource monitors=1:[]string image=2:string fsType=3:string pool=4:string user=5:string keyring=6:string
  secretRef=7:LocalObjectReference readOnly=8:bool
ReplicaSet metadata=1:ObjectMeta spec=2:ReplicaSetSpec status=3:ReplicaSetStatus
ReplicaSetCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string message=5:string
ReplicaSetSpec replicas=1:int! selector=2:LabelSelector template=3:PodTemplateSpec minReadySeconds=4:int
ReplicaSetStatus replicas=1:int fullyLabeledReplicas=2:int observedGeneration=3:int readyReplicas=4:int
  availableReplicas=5:int conditions=6:[]ReplicaSetCondition terminatingReplicas=7:int!
ReplicationController metadata=1:ObjectMeta spec=2:ReplicationControllerSpec status=3:ReplicationControllerStatus
ReplicationControllerCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string
  message=5:string
ReplicationControllerSpec replicas=1:int! selector=2:map:string template=3:PodTemplateSpec minReadySeconds=4:int
ReplicationControllerStatus replicas=1:int fullyLabeledReplicas=2:int observedGeneration=3:int readyReplicas=4:int
  availableReplicas=5:int conditions=6:[]ReplicationControllerCondition
ResourceAttributes namespace=1:string verb=2:string group=3:string version=4:string resource=5:string
  subresource=6:string name=7:string fieldSelector=8:FieldSelectorAttributes labelSelector=9:LabelSelectorAttributes
ResourceClaim name=1:string request=2:string
ResourceFieldSelector containerName=1:string resource=2:string divisor=3:quantity
ResourceHealth resourceID=1:string health=2:string message=6:string!
ResourceQuota metadata=1:ObjectMeta spec=2:ResourceQuotaSpec status=3:ResourceQuotaStatus
ResourceQuotaSpec hard=1:map:quantity scopes=2:[]string scopeSelector=3:ScopeSelector
ResourceQuotaStatus hard=1:map:quantity used=2:map:quantity
ResourceRequirements limits=1:map:quantity requests=2:map:quantity claims=3:[]ResourceClaim
ResourceRule verbs=1:[]string apiGroups=2:[]string resources=3:[]string resourceNames=4:[]string
ResourceStatus name=1:string resources=2:[]ResourceHealth
Role metadata=1:ObjectMeta rules=2:[]PolicyRule
RoleBinding metadata=1:ObjectMeta subjects=2:[]Subject roleRef=3:RoleRef
RoleRef apiGroup=1:string kind=2:string name=3:string
RollingUpdateDaemonSet maxUnavailable=1:intOrString maxSurge=2:intOrString
RollingUpdateDeployment maxUnavailable=1:intOrString maxSurge=2:intOrString
RollingUpdateStatefulSetStrategy partition=1:int! maxUnavailable=2:intOrString
Rule apiGroups=1:[]string apiVersions=2:[]string resources=3:[]string scope=4:string!
RuleWithOperations operations=1:[]string ^=2:Rule
RuntimeClass metadata=1:ObjectMeta handler=2:string overhead=3:Overhead scheduling=4:Scheduling
SELinuxOptions user=1:string role=2:string type=3:string level=4:string
Scale metadata=1:ObjectMeta spec=2:ScaleSpec status=3:ScaleStatus
ScaleIOPersistentVolumeSource gateway=1:string system=2:string secretRef=3:SecretReference sslEnabled=4:bool
  protectionDomain=5:string storagePool=6:string storageMode=7:string volumeName=8:string fsType=9:string
  readOnly=10:bool
ScaleIOVolumeSource gateway=1:string system=2:string secretRef=3:LocalObjectReference sslEnabled=4:bool
  protectionDomain=5:string storagePool=6:string storageMode=7:string volumeName=8:string fsType=9:string
  readOnly=10:bool
ScaleSpec replicas=1:int
ScaleStatus replicas=1:int selector=2:string
Scheduling nodeSelector=1:map:string tolerations=2:[]Toleration
ScopeSelector matchExpressions=1:[]ScopedResourceSelectorRequirement
ScopedResourceSelectorRequirement scopeName=1:string operator=2:string values=3:[]string
SeccompProfile type=1:string localhostProfile=2:string!
Secret metadata=1:ObjectMeta data=2:map:bytes type=3:string stringData=4:map:string immutable=5:bool!
SecretEnvSource ^=1:LocalObjectReference optional=2:bool!
SecretKeySelector ^=1:LocalObjectReference key=2:string optional=3:bool!
SecretProjection ^=1:LocalObjectReference items=2:[]KeyToPath optional=4:bool!
SecretReference name=1:string namespace=2:string
SecretVolumeSource secretName=1:string items=2:[]KeyToPath defaultMode=3:int! optional=4:bool! defaultUser=5:int!
SecurityContext capabilities=1:Capabilities privileged=2:bool! seLinuxOptions=3:SELinuxOptions runAsUser=4:int!
  runAsNonRoot=5:bool! readOnlyRootFilesystem=6:bool! allowPrivilegeEscalation=7:bool! runAsGroup=8:int!
  procMount=9:string! windowsOptions=10:WindowsSecurityContextOptions seccompProfile=11:SeccompProfile
  appArmorProfile=12:AppArmorProfile
SelectableField jsonPath=1:string
SelfSubjectAccessReview metadata=1:ObjectMeta spec=2:SelfSubjectAccessReviewSpec status=3:SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes
SelfSubjectReview metadata=1:ObjectMeta status=2:SelfSubjectReviewStatus
SelfSubjectReviewStatus userInfo=1:UserInfo
SelfSubjectRulesReview metadata=1:ObjectMeta spec=2:SelfSubjectRulesReviewSpec status=3:SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec namespace=1:string
Service metadata=1:ObjectMeta spec=2:ServiceSpec status=3:ServiceStatus
ServiceAccount metadata=1:ObjectMeta secrets=2:[]ObjectReference imagePullSecrets=3:[]LocalObjectReference
  automountServiceAccountToken=4:bool!
ServiceAccountTokenProjection audience=1:string expirationSeconds=2:int! path=3:string user=4:int!
ServiceBackendPort name=1:string number=2:int
ServicePort name=1:string protocol=2:string port=3:int targetPort=4:intOrString nodePort=5:int appProtocol=6:string!
ServiceReference namespace=1:string name=2:string path=3:string! port=4:int!
ServiceSpec ports=1:[]ServicePort selector=2:map:string clusterIP=3:string type=4:string externalIPs=5:[]string
  sessionAffinity=7:string loadBalancerIP=8:string loadBalancerSourceRanges=9:[]string externalName=10:string
  externalTrafficPolicy=11:string healthCheckNodePort=12:int publishNotReadyAddresses=13:bool
  sessionAffinityConfig=14:SessionAffinityConfig ipFamilyPolicy=17:string! clusterIPs=18:[]string
  ipFamilies=19:[]string allocateLoadBalancerNodePorts=20:bool! loadBalancerClass=21:string!
  internalTrafficPolicy=22:string! trafficDistribution=23:string!
ServiceStatus loadBalancer=1:LoadBalancerStatus conditions=2:[]Condition
SessionAffinityConfig clientIP=1:ClientIPConfig
SleepAction seconds=1:int
StatefulSet metadata=1:ObjectMeta spec=2:StatefulSetSpec status=3:StatefulSetStatus
StatefulSetCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string message=5:string
StatefulSetOrdinals start=1:int
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted=1:string whenScaled=2:string
StatefulSetSpec replicas=1:int! selector=2:LabelSelector template=3:PodTemplateSpec
  volumeClaimTemplates=4:[]PersistentVolumeClaim serviceName=5:string podManagementPolicy=6:string
  updateStrategy=7:StatefulSetUpdateStrategy revisionHistoryLimit=8:int! minReadySeconds=9:int
  persistentVolumeClaimRetentionPolicy=10:StatefulSetPersistentVolumeClaimRetentionPolicy
  ordinals=11:StatefulSetOrdinals
StatefulSetStatus observedGeneration=1:int replicas=2:int readyReplicas=3:int currentReplicas=4:int
  updatedReplicas=5:int currentRevision=6:string updateRevision=7:string collisionCount=9:int!
  conditions=10:[]StatefulSetCondition availableReplicas=11:int
StatefulSetUpdateStrategy type=1:string rollingUpdate=2:RollingUpdateStatefulSetStrategy
StorageClass metadata=1:ObjectMeta provisioner=2:string parameters=3:map:string reclaimPolicy=4:string!
  mountOptions=5:[]string allowVolumeExpansion=6:bool! volumeBindingMode=7:string!
  allowedTopologies=8:[]TopologySelectorTerm
StorageOSPersistentVolumeSource volumeName=1:string volumeNamespace=2:string fsType=3:string readOnly=4:bool
  secretRef=5:ObjectReference
StorageOSVolumeSource volumeName=1:string volumeNamespace=2:string fsType=3:string readOnly=4:bool
  secretRef=5:LocalObjectReference
Subject kind=1:string apiGroup=2:string name=3:string namespace=4:string
SubjectAccessReview metadata=1:ObjectMeta spec=2:SubjectAccessReviewSpec status=3:SubjectAccessReviewStatus
SubjectAccessReviewSpec resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes
  user=3:string groups=4:[]string extra=5:map:[]string uid=6:string
SubjectAccessReviewStatus allowed=1:bool reason=2:string evaluationError=3:string denied=4:bool
SubjectRulesReviewStatus resourceRules=1:[]ResourceRule nonResourceRules=2:[]NonResourceRule incomplete=3:bool
  evaluationError=4:string
SuccessPolicy rules=1:[]SuccessPolicyRule
SuccessPolicyRule succeededIndexes=1:string! succeededCount=2:int!
Sysctl name=1:string value=2:string
TCPSocketAction port=1:intOrString host=2:string
Taint key=1:string value=2:string effect=3:string timeAdded=4:time
TokenRequest metadata=1:ObjectMeta spec=2:TokenRequestSpec status=3:TokenRequestStatus
TokenRequestSpec audiences=1:[]string boundObjectRef=3:BoundObjectReference expirationSeconds=4:int!
  attestations=5:map:[]string
TokenRequestStatus token=1:string expirationTimestamp=2:time
TokenReview metadata=1:ObjectMeta spec=2:TokenReviewSpec status=3:TokenReviewStatus
TokenReviewSpec token=1:string audiences=2:[]string
TokenReviewStatus authenticated=1:bool user=2:UserInfo error=3:string audiences=4:[]string
Toleration key=1:string operator=2:string value=3:string effect=4:string tolerationSeconds=5:int!
TopologySelectorLabelRequirement key=1:string values=2:[]string
TopologySelectorTerm matchLabelExpressions=1:[]TopologySelectorLabelRequirement
TopologySpreadConstraint maxSkew=1:int topologyKey=2:string whenUnsatisfiable=3:string labelSelector=4:LabelSelector
  minDomains=5:int! nodeAffinityPolicy=6:string! nodeTaintsPolicy=7:string! matchLabelKeys=8:[]string
TypedLocalObjectReference apiGroup=1:string! kind=2:string name=3:string
TypedObjectReference apiGroup=1:string! kind=2:string name=3:string namespace=4:string!
UncountedTerminatedPods succeeded=1:[]string failed=2:[]string
UserInfo username=1:string uid=2:string groups=3:[]string extra=4:map:[]string
ValidatingWebhook name=1:string clientConfig=2:WebhookClientConfig rules=3:[]RuleWithOperations
  failurePolicy=4:string! namespaceSelector=5:LabelSelector sideEffects=6:string! timeoutSeconds=7:int!
  admissionReviewVersions=8:[]string matchPolicy=9:string! objectSelector=10:LabelSelector
  matchConditions=11:[]MatchCondition
ValidatingWebhookConfiguration metadata=1:ObjectMeta webhooks=2:[]ValidatingWebhook
ValidationRule rule=1:string message=2:string messageExpression=3:string reason=4:string! fieldPath=5:string
  optionalOldSelf=6:bool!
Volume name=1:string ^=2:VolumeSource
VolumeDevice name=1:string devicePath=2:string
VolumeHealthCondition status=1:string reason=2:string message=3:string
VolumeHealthStatus healthConditions=1:[]VolumeHealthCondition lastTransitionTime=2:time
VolumeMount name=1:string readOnly=2:bool mountPath=3:string subPath=4:string mountPropagation=5:string!
  subPathExpr=6:string recursiveReadOnly=7:string! bindMountOptions=8:[]string
VolumeMountStatus name=1:string mountPath=2:string readOnly=3:bool recursiveReadOnly=4:string!
  volumeStatus=5:VolumeStatus
VolumeNodeAffinity required=1:NodeSelector
VolumeProjection secret=1:SecretProjection downwardAPI=2:DownwardAPIProjection configMap=3:ConfigMapProjection
  serviceAccountToken=4:ServiceAccountTokenProjection clusterTrustBundle=5:ClusterTrustBundleProjection
  podCertificate=6:PodCertificateProjection
VolumeResourceRequirements limits=1:map:quantity requests=2:map:quantity
VolumeSource hostPath=1:HostPathVolumeSource emptyDir=2:EmptyDirVolumeSource
  gcePersistentDisk=3:GCEPersistentDiskVolumeSource awsElasticBlockStore=4:AWSElasticBlockStoreVolumeSource
  gitRepo=5:GitRepoVolumeSource secret=6:SecretVolumeSource nfs=7:NFSVolumeSource iscsi=8:ISCSIVolumeSource
  glusterfs=9:GlusterfsVolumeSource persistentVolumeClaim=10:PersistentVolumeClaimVolumeSource
  rbd=11:RBDVolumeSource flexVolume=12:FlexVolumeSource cinder=13:CinderVolumeSource cephfs=14:CephFSVolumeSource
  flocker=15:FlockerVolumeSource downwardAPI=16:DownwardAPIVolumeSource fc=17:FCVolumeSource
  azureFile=18:AzureFileVolumeSource configMap=19:ConfigMapVolumeSource
  vsphereVolume=20:VsphereVirtualDiskVolumeSource quobyte=21:QuobyteVolumeSource azureDisk=22:AzureDiskVolumeSource
  photonPersistentDisk=23:PhotonPersistentDiskVolumeSource portworxVolume=24:PortworxVolumeSource
  scaleIO=25:ScaleIOVolumeSource projected=26:ProjectedVolumeSource storageos=27:StorageOSVolumeSource
  csi=28:CSIVolumeSource ephemeral=29:EphemeralVolumeSource image=30:ImageVolumeSource
VolumeStatus image=1:ImageVolumeStatus
VsphereVirtualDiskVolumeSource volumePath=1:string fsType=2:string storagePolicyName=3:string
  storagePolicyID=4:string
WebhookClientConfig service=1:ServiceReference caBundle=2:bytes url=3:string!
WebhookConversion clientConfig=2:crd.WebhookClientConfig conversionReviewVersions=3:[]string
WeightedPodAffinityTerm weight=1:int podAffinityTerm=2:PodAffinityTerm
WindowsSecurityContextOptions gmsaCredentialSpecName=1:string! gmsaCredentialSpec=2:string! runAsUserName=3:string!
  hostProcess=4:bool!
autoscaling.ContainerResourceMetricSource name=1:string target=2:MetricTarget container=3:string
autoscaling.ContainerResourceMetricStatus name=1:string current=2:MetricValueStatus container=3:string
autoscaling.CrossVersionObjectReference kind=1:string name=2:string apiVersion=3:string
autoscaling.ExternalMetricSource metric=1:MetricIdentifier target=2:MetricTarget
autoscaling.ExternalMetricStatus metric=1:MetricIdentifier current=2:MetricValueStatus
autoscaling.HorizontalPodAutoscaler metadata=1:ObjectMeta spec=2:autoscaling.HorizontalPodAutoscalerSpec
  status=3:autoscaling.HorizontalPodAutoscalerStatus
autoscaling.HorizontalPodAutoscalerCondition type=1:string status=2:string lastTransitionTime=3:time reason=4:string
  message=5:string observedGeneration=6:int!
autoscaling.HorizontalPodAutoscalerSpec scaleTargetRef=1:autoscaling.CrossVersionObjectReference minReplicas=2:int!
  maxReplicas=3:int metrics=4:[]autoscaling.MetricSpec behavior=5:HorizontalPodAutoscalerBehavior
autoscaling.HorizontalPodAutoscalerStatus observedGeneration=1:int! lastScaleTime=2:time currentReplicas=3:int
  desiredReplicas=4:int currentMetrics=5:[]autoscaling.MetricStatus
  conditions=6:[]autoscaling.HorizontalPodAutoscalerCondition
autoscaling.MetricSpec type=1:string object=2:autoscaling.ObjectMetricSource pods=3:autoscaling.PodsMetricSource
  resource=4:autoscaling.ResourceMetricSource external=5:autoscaling.ExternalMetricSource
  containerResource=7:autoscaling.ContainerResourceMetricSource
autoscaling.MetricStatus type=1:string object=2:autoscaling.ObjectMetricStatus pods=3:autoscaling.PodsMetricStatus
  resource=4:autoscaling.ResourceMetricStatus external=5:autoscaling.ExternalMetricStatus
  containerResource=7:autoscaling.ContainerResourceMetricStatus
autoscaling.ObjectMetricSource describedObject=1:autoscaling.CrossVersionObjectReference target=2:MetricTarget
  metric=3:MetricIdentifier
autoscaling.ObjectMetricStatus metric=1:MetricIdentifier current=2:MetricValueStatus
  describedObject=3:autoscaling.CrossVersionObjectReference
autoscaling.PodsMetricSource metric=1:MetricIdentifier target=2:MetricTarget
autoscaling.PodsMetricStatus metric=1:MetricIdentifier current=2:MetricValueStatus
autoscaling.ResourceMetricSource name=1:string target=2:MetricTarget
autoscaling.ResourceMetricStatus name=1:string current=2:MetricValueStatus
crd.ServiceReference namespace=1:string name=2:string path=3:string! port=4:int!
crd.WebhookClientConfig service=1:crd.ServiceReference caBundle=2:bytes url=3:string!
discovery.EndpointPort name=1:string! protocol=2:string! port=3:int! appProtocol=4:string!
events.Event metadata=1:ObjectMeta eventTime=2:microTime series=3:events.EventSeries reportingController=4:string
  reportingInstance=5:string action=6:string reason=7:string regarding=8:ObjectReference related=9:ObjectReference
  note=10:string type=11:string deprecatedSource=12:EventSource deprecatedFirstTimestamp=13:time
  deprecatedLastTimestamp=14:time deprecatedCount=15:int
events.EventSeries count=1:int lastObservedTime=2:microTime
`;
