/** The words of the editor front end (decision 16); the core's own are in src/core/messages. Titles of commands are in package.nls. */
import type { MessageArgs, Problem } from '../core/codes.ts';
import { renderProblem } from '../core/messages/core.ts';
import { defineArea, type Locale, renderIn } from '../core/messages/render.ts';
import { plain } from './plain.ts';
import { aroundChinese, aroundEnglish } from './texts/around-messages.ts';
import { deployChinese, deployEnglish } from './texts/deploy-messages.ts';
import { entryChinese, entryEnglish } from './texts/entry-messages.ts';
import { fixChinese, fixEnglish } from './texts/fix-messages.ts';
import { sourceChinese, sourceEnglish } from './texts/source-messages.ts';
import { thingsChinese, thingsEnglish } from './texts/things-messages.ts';
import { trafficChinese, trafficEnglish } from './texts/traffic-messages.ts';

export const extensionMessages = defineArea(
  {
    ...aroundEnglish,
    ...deployEnglish,
    ...entryEnglish,
    ...fixEnglish,
    ...thingsEnglish,
    ...trafficEnglish,
    ...sourceEnglish,

    'action.showOutput': 'Show Output',
    'action.start': 'Start Platform',
    'action.stop': 'Stop Platform',
    'action.views': 'Show Slipway Views',
    'action.openUrl': 'Open URL',
    'action.showLogs': 'Show Logs',
    'action.sendTraffic': 'Send Traffic',
    'action.retry': 'Retry',
    'action.delete': 'Delete',
    'action.remove': 'Remove',
    'action.reset': 'Reset',
    'action.openFolder': 'Open Folder',
    'action.openNewWindow': 'Open in New Window',
    'action.addToWorkspace': 'Add to Workspace',
    'action.doctor': 'Run Doctor',
    'action.deploy': 'Deploy',
    unexpected: 'Slipway met an error that it did not expect: {detail}',
    untrusted: 'Trust this workspace first: running and deploying start programs from it.',

    'platform.stopped': 'stopped',
    'platform.starting': 'starting…',
    'platform.connecting': 'connecting…',
    'platform.lost': 'connection lost, trying again',
    'platform.ready': 'ready',
    'platform.embedded': 'embedded',
    'platform.readOnly': 'read only',
    'platform.notCurrent': 'not in use',
    'platform.startProgress': 'Starting platform {name}',
    'platform.step.looking': 'looking for a running one',
    'platform.step.joining': 'joining the one that runs',
    'platform.step.spawning': 'starting its process',
    'platform.step.answering': 'waiting for its answer',
    'platform.step.replacing': 'replacing an older one',
    'platform.step.ready': 'ready',
    'platform.stopProgress': 'Stopping platform {name}',
    'platform.resetConfirm': 'Forget everything on platform {name}?',
    'platform.resetDetail': 'All services, revisions, domains and sources on it are removed. Your files stay.',
    'platform.resetDone': 'Platform {name} is empty again.',
    'platform.memory': '{mb} MB',
    'platform.status.ready':
      'Slipway: platform {name} is ready, {services} {services:service|services}, {instances} {instances:instance|instances}.',
    'platform.status.stopped': 'Slipway: platform {name} is not running. Click to start it.',
    'platform.status.starting': 'Slipway: platform {name} is starting.',
    'platform.status.lost': 'Slipway: no answer from {name}. Click for what can be done.',
    'platform.instances.one': '1 instance',
    'platform.instances.many': '{count} instances',
    'platform.pick': 'Choose the platform that the views show and deploys go to',
    'platform.copied': 'Path of the kubeconfig copied.',
    'platform.kubeconfig': 'Kubeconfig: {file}',
    'platform.ingress': 'Ingress: {url}',
    'platform.api': 'API: {url}',
    'platform.data': 'Data: {data}',

    'tree.notDeployed': 'not deployed',
    'tree.deployed': 'deployed {ago}',
    'tree.running': 'Running',
    'tree.runningHint': 'Development mode: runs in place, restarts on save',
    'tree.others': 'On the platform',
    'tree.othersHint': 'Services whose sources are not in this workspace',
    'tree.revisions.one': '1 revision',
    'tree.revisions.many': '{count} revisions',
    'tree.zero': 'at zero',
    'tree.starting': 'starting',
    'tree.instances.one': '1 instance',
    'tree.instances.many': '{count} instances',
    'tree.percent': '{percent} %',
    'tree.rate': '{value} req/s',
    'tree.next': 'next {time}, {in}',
    'tree.last': 'last {status}',
    'tree.problems.one': '1 problem in its files',
    'tree.problems.many': '{count} problems in its files',
    'tree.restarts': '{count} {count:restart|restarts}',
    'tree.more': '{count} older {count:revision|revisions}',

    'time.now': 'just now',
    'time.minutes': '{count} min ago',
    'time.hours': '{count} h ago',
    'time.days': '{count} d ago',
    'time.inSeconds': 'in {count} s',
    'time.inMinutes': 'in {count} min',
    'time.inHours': 'in {count} h',
    'time.inDays': 'in {count} d',

    'new.template': 'What kind of application?',
    'new.name': 'Name of the application',
    'new.namePrompt': 'Its service, its folder and its host name: {name}.default.localhost',
    'new.name.empty': 'Type a name.',
    'new.name.tooLong': 'At most 63 characters.',
    'new.name.firstLetter': 'Start with a lower-case letter.',
    'new.name.lastCharacter': 'End with a letter or a digit.',
    'new.name.characters': 'Only lower-case letters, digits and "-".',
    'new.name.taken': 'There is a folder {name} with files in it already.',
    'new.folder': 'Create Application Here',
    'new.folderTitle': 'Folder in which {name} is created',
    'new.step': 'New Application ({step}/{steps})',
    'new.done': 'Created {name}.',
    'new.installing': 'Installing the development dependencies of {name}',
    'new.where': 'Where?',
    'new.other': 'Choose another folder...',

    'app.pick': 'Which application?',
    'app.none': 'There is no application in this workspace.',
    'app.new': 'New Application...',
    'lens.adopt': 'Adopt Application',
    'adopt.title': 'Adopt Application',
    'adopt.pick': 'Folder: gets a slipway.yaml, and a manifest where it has none; nothing else is changed',
    'adopt.which': 'Which Knative Service is the application?',
    'adopt.other': 'Other Folder...',
    'adopt.otherTitle': 'Folder of the Application',
    'adopt.folder': 'Adopt',
    'adopt.service': 'Knative Service in {file}',
    'adopt.starts': 'starts with {command}',
    'adopt.function': 'Function in func.yaml ({runtime})',
    'adopt.left':
      'func.yaml says more than deploy/service.yaml can: {fields}. What you need of it, set in slipway.yaml.',
    'adopt.done': '{name} is an application of Slipway now.',
    'adopt.brokers':
      'It takes events from {brokers} (deploy/triggers.yaml): a Broker of that name has to be in its namespace.',
    'adopt.noStart': 'It is not known how {name} is started: add run.start to its slipway.yaml.',

    'service.pick': 'Which service?',
    'service.none': 'There is no service on {target}.',
    'service.deleteConfirm': 'Delete the service {name} from {target}?',
    'service.deleteDetail': 'Its revisions and its traffic split go with it; files and images stay.',
    'confirm.typed': '{target} is not a platform of this machine. Type {name} to confirm.',
    'service.copied': 'Copied {url}',
    'service.noUrl': '{name} has no URL yet.',

    'revision.pick': 'Which revision?',
    'revision.pickOther': 'Compare {name} with which revision?',
    'revision.tagPrompt': 'Tag of {name}; empty removes it',
    'revision.tagTitle': 'A tag gives the revision its own host name',
    'revision.deleteConfirm': 'Delete revision {name}?',
    'revision.deleteDetail': 'It cannot be brought back but by deploying the same again.',
    'revision.kept.traffic': '{name} takes {percent} % of the traffic. Move it first.',
    'revision.kept.tag': '{name} has the tag {tag}. Remove the tag first.',
    'revision.kept.latest':
      '{name} is the latest ready revision. Deploy another one first, or delete the whole service.',

    'traffic.previewTitle': '{name}: traffic as it is ↔ as it would be',
    'traffic.rolledBack': '{name}: {split}',

    'domain.prompt': 'Host name for {name}, for example shop.example.com',
    'domain.title': 'Add Domain',
    'domain.added': '{host} leads to {service}.',
    'domain.notReady': '{host} is not ready: {message}',
    'domain.pick': 'Which domain?',
    'domain.removeConfirm': 'Remove {host} from {service}?',
    'domain.none': 'There is no domain on {target}.',

    'ping.pick': 'Which ping source?',
    'ping.none': 'There is no ping source on {target}.',
    'ping.delivered': '{name} fired: {status} in {ms} ms',
    'ping.failed': '{name} fired, but was not delivered: {detail}',
    'ping.noAnswer': 'no answer',
    'ping.nextTitle': 'Next fires of {name}: {schedule} ({timezone})',

    'lens.deploy': 'Deploy',
    'lens.run': 'Run',
    'lens.debug': 'Debug',
    'lens.stop': 'Stop',
    'lens.ready': 'Ready',
    'lens.notDeployed': 'not deployed',
    'lens.failed': 'failed: {reason}',
    'lens.traffic': '{split}',
    'lens.logs': 'Logs',
    'lens.fire': 'Fire Now',
    'lens.next': 'next {time}',
    'lens.open': 'Open {host}',

    'language.ok': 'Slipway: in order',
    'language.problems': 'Slipway: {count} {count:problem|problems}',

    'diagnostic.source': 'Slipway',
    'doctor.title': 'Slipway Doctor',
    'doctor.progress': 'Looking at this machine',
    'doctor.heading': 'What this machine has and lacks',
    'doctor.ok': 'ok',
    'doctor.warning': 'warning',
    'doctor.error': 'error',
    'doctor.editor': 'Editor: {line}',
    'doctor.counts': 'services: {services}, revisions: {revisions}, instances: {instances}',
    'doctor.manifests': ' (manifests: {count})',

    'panel.revisions': '{service}: Revisions & Traffic',
    'logs.saved': 'Saved {file}',
  },
  {
    ...aroundChinese,
    ...deployChinese,
    ...entryChinese,
    ...fixChinese,
    ...thingsChinese,
    ...trafficChinese,
    ...sourceChinese,

    'action.showOutput': '显示输出',
    'action.start': '启动平台',
    'action.stop': '停止平台',
    'action.views': '显示 Slipway 视图',
    'action.openUrl': '打开 URL',
    'action.showLogs': '显示日志',
    'action.sendTraffic': '切换流量',
    'action.retry': '重试',
    'action.delete': '删除',
    'action.remove': '移除',
    'action.reset': '重置',
    'action.openFolder': '打开文件夹',
    'action.openNewWindow': '在新窗口中打开',
    'action.addToWorkspace': '添加到工作区',
    'action.doctor': '运行诊断',
    'action.deploy': '部署',
    unexpected: 'Slipway 遇到意外错误：{detail}',
    untrusted: '请先信任此工作区：运行和部署会启动其中的程序。',

    'platform.stopped': '已停止',
    'platform.starting': '正在启动…',
    'platform.connecting': '正在连接…',
    'platform.lost': '连接已断开，正在重试',
    'platform.ready': '就绪',
    'platform.embedded': '内嵌',
    'platform.readOnly': '只读',
    'platform.notCurrent': '未使用',
    'platform.startProgress': '正在启动平台“{name}”',
    'platform.step.looking': '查找正在运行的平台',
    'platform.step.joining': '加入正在运行的平台',
    'platform.step.spawning': '启动其进程',
    'platform.step.answering': '等待其响应',
    'platform.step.replacing': '替换较旧的平台',
    'platform.step.ready': '就绪',
    'platform.stopProgress': '正在停止平台“{name}”',
    'platform.resetConfirm': '要清空平台“{name}”上的全部内容吗？',
    'platform.resetDetail': '平台上的所有服务、修订版本、域名和事件源都会被移除。你的文件不受影响。',
    'platform.resetDone': '平台“{name}”已清空。',
    'platform.memory': '{mb} MB',
    'platform.status.ready': 'Slipway：平台“{name}”就绪，{services} 个服务，{instances} 个实例。',
    'platform.status.stopped': 'Slipway：平台“{name}”未运行。点击启动。',
    'platform.status.starting': 'Slipway：平台“{name}”正在启动。',
    'platform.status.lost': 'Slipway：{name} 没有响应。点击查看可执行的操作。',
    'platform.instances.one': '1 个实例',
    'platform.instances.many': '{count} 个实例',
    'platform.pick': '选择视图显示且部署所用的平台',
    'platform.copied': '已复制 kubeconfig 的路径。',
    'platform.kubeconfig': 'Kubeconfig：{file}',
    'platform.ingress': '入口：{url}',
    'platform.api': 'API：{url}',
    'platform.data': '数据：{data}',

    'tree.notDeployed': '未部署',
    'tree.deployed': '{ago}部署',
    'tree.running': '正在运行',
    'tree.runningHint': '开发模式：就地运行，保存后重启',
    'tree.others': '平台上的其他服务',
    'tree.othersHint': '源代码不在此工作区中的服务',
    'tree.revisions.one': '1 个修订版本',
    'tree.revisions.many': '{count} 个修订版本',
    'tree.zero': '已缩容到零',
    'tree.starting': '启动中',
    'tree.instances.one': '1 个实例',
    'tree.instances.many': '{count} 个实例',
    'tree.percent': '{percent} %',
    'tree.rate': '{value} 请求/秒',
    'tree.next': '下次 {time}，{in}',
    'tree.last': '上次 {status}',
    'tree.problems.one': '其文件中有 1 个问题',
    'tree.problems.many': '其文件中有 {count} 个问题',
    'tree.restarts': '重启 {count} 次',
    'tree.more': '{count} 个更早的修订版本',

    'time.now': '刚刚',
    'time.minutes': '{count} 分钟前',
    'time.hours': '{count} 小时前',
    'time.days': '{count} 天前',
    'time.inSeconds': '{count} 秒后',
    'time.inMinutes': '{count} 分钟后',
    'time.inHours': '{count} 小时后',
    'time.inDays': '{count} 天后',

    'new.template': '创建哪种应用？',
    'new.name': '应用名称',
    'new.namePrompt': '用作服务名、文件夹名和主机名：{name}.default.localhost',
    'new.name.empty': '请输入名称。',
    'new.name.tooLong': '最多 63 个字符。',
    'new.name.firstLetter': '以小写字母开头。',
    'new.name.lastCharacter': '以字母或数字结尾。',
    'new.name.characters': '只能使用小写字母、数字和“-”。',
    'new.name.taken': '已存在包含文件的文件夹 {name}。',
    'new.folder': '在此处创建应用',
    'new.folderTitle': '选择 {name} 的创建位置',
    'new.step': '新建应用（{step}/{steps}）',
    'new.done': '已创建 {name}。',
    'new.installing': '正在安装 {name} 的开发依赖',
    'new.where': '位置？',
    'new.other': '选择其他文件夹...',

    'app.pick': '选择应用',
    'app.none': '此工作区中没有应用。',
    'app.new': '新建应用...',
    'lens.adopt': '接管应用',
    'adopt.title': '接管应用',
    'adopt.pick': '应用所在的文件夹：会在其中写入 slipway.yaml，没有清单时还会写入清单；其他内容保持不变',
    'adopt.which': '应用是哪一个 Knative Service？',
    'adopt.other': '其他文件夹...',
    'adopt.otherTitle': '应用所在的文件夹',
    'adopt.folder': '接管',
    'adopt.service': 'Knative Service 位于 {file}',
    'adopt.starts': '启动命令：{command}',
    'adopt.function': 'func.yaml 中的函数（{runtime}）',
    'adopt.left': 'func.yaml 中的以下内容未写入 deploy/service.yaml：{fields}。如有需要，请在 slipway.yaml 中设置。',
    'adopt.done': '{name} 现在是 Slipway 应用。',
    'adopt.brokers': '它从 {brokers} 接收事件（deploy/triggers.yaml）：其命名空间中须有同名的 Broker。',
    'adopt.noStart': '不知道如何启动 {name}：请在其 slipway.yaml 中添加 run.start。',

    'service.pick': '选择服务',
    'service.none': '{target} 上没有服务。',
    'service.deleteConfirm': '要从 {target} 删除服务 {name} 吗？',
    'service.deleteDetail': '其修订版本和流量分配会一并删除；文件和镜像保留。',
    'confirm.typed': '{target} 不是本机平台。输入 {name} 以确认。',
    'service.copied': '已复制 {url}',
    'service.noUrl': '{name} 还没有 URL。',

    'revision.pick': '选择修订版本',
    'revision.pickOther': '将 {name} 与哪个修订版本比较？',
    'revision.tagPrompt': '{name} 的标签；留空则移除',
    'revision.tagTitle': '标签会为修订版本提供专属主机名',
    'revision.deleteConfirm': '要删除修订版本 {name} 吗？',
    'revision.deleteDetail': '删除后只能通过重新部署相同内容来恢复。',
    'revision.kept.traffic': '{name} 正承接 {percent} % 的流量。请先移走流量。',
    'revision.kept.tag': '{name} 带有标签 {tag}。请先移除该标签。',
    'revision.kept.latest': '{name} 是最新的就绪修订版本。请先部署另一个修订版本，或删除整个服务。',

    'traffic.previewTitle': '{name}：当前流量 ↔ 应用后的流量',
    'traffic.rolledBack': '{name}：{split}',

    'domain.prompt': '{name} 的主机名，例如 shop.example.com',
    'domain.title': '添加域名',
    'domain.added': '{host} 已指向 {service}。',
    'domain.notReady': '{host} 尚未就绪：{message}',
    'domain.pick': '选择域名',
    'domain.removeConfirm': '要从 {service} 移除 {host} 吗？',
    'domain.none': '{target} 上没有域名。',

    'ping.pick': '选择定时事件源',
    'ping.none': '{target} 上没有定时事件源。',
    'ping.delivered': '{name} 已触发：{status}，{ms} 毫秒',
    'ping.failed': '{name} 已触发，但未送达：{detail}',
    'ping.noAnswer': '无响应',
    'ping.nextTitle': '{name} 的后续触发：{schedule}（{timezone}）',

    'lens.deploy': '部署',
    'lens.run': '运行',
    'lens.debug': '调试',
    'lens.stop': '停止',
    'lens.ready': '就绪',
    'lens.notDeployed': '未部署',
    'lens.failed': '失败：{reason}',
    'lens.traffic': '{split}',
    'lens.logs': '日志',
    'lens.fire': '立即触发',
    'lens.next': '下次 {time}',
    'lens.open': '打开 {host}',

    'language.ok': 'Slipway：正常',
    'language.problems': 'Slipway：{count} 个问题',

    'diagnostic.source': 'Slipway',
    'doctor.title': 'Slipway 诊断',
    'doctor.progress': '正在检查本机',
    'doctor.heading': '本机具备和缺少的内容',
    'doctor.ok': '正常',
    'doctor.warning': '警告',
    'doctor.error': '错误',
    'doctor.editor': '编辑器：{line}',
    'doctor.counts': '{services} 个服务，{revisions} 个修订版本，{instances} 个实例',
    'doctor.manifests': '（{count} 个清单）',

    'panel.revisions': '{service}：修订版本与流量',
    'logs.saved': '已保存 {file}',
  },
);

export type ExtensionKey = keyof (typeof extensionMessages)['en'] & string;
export type Say = (key: ExtensionKey, args?: MessageArgs) => string;

export interface Words {
  locale: Locale;
  say: Say;
  problem(problem: Pick<Problem, 'code' | 'args'>): { text: string; fix: string };
}

function harmless(args: MessageArgs | undefined): MessageArgs {
  return Object.fromEntries(
    Object.entries(args ?? {}).map(([name, value]) => [name, typeof value === 'string' ? plain(value) : value]),
  );
}

export function words(locale: Locale): Words {
  return {
    locale,
    say: (key, args) => renderIn(extensionMessages, locale, key, harmless(args)),
    problem: ({ code, args: given }) => {
      const args = harmless(given);
      const { text, fix } = renderProblem(locale, { code, args });
      const key = `fix.${code}`;
      return { text: closed(text, locale), fix: isOurs(key) ? renderIn(extensionMessages, locale, key, args) : fix };
    },
  };
}

const isOurs = (key: string): key is ExtensionKey => Object.hasOwn(extensionMessages.en, key);

/** Sentences after each other; empty ones are left out. Chinese has no blanks between them. */
export function together(locale: Locale, sentences: readonly (string | undefined)[]): string {
  const told = sentences.filter((sentence): sentence is string => sentence !== undefined && sentence !== '');
  return told.map((sentence) => closed(sentence, locale)).join(locale === 'en' ? ' ' : '');
}

/** What ends in somebody else's words may lack its stop, and the next sentence follows it. */
function closed(text: string, locale: Locale): string {
  return /[.!?…:。！？：]$/.test(text) ? text : `${text}${locale === 'en' ? '.' : '。'}`;
}
