using System.CommandLine;
using System.Runtime.InteropServices;
using Crosspoint.Cli;
using Crosspoint.Cli.Bench;
using Crosspoint.Cli.Bench.Faults;
using Crosspoint.Cli.Bench.Learning;
using Crosspoint.Cli.Demo;
using Crosspoint.Cli.Lab;
using Crosspoint.Cli.Rates;
using Crosspoint.Cli.Routing;
using Crosspoint.Cli.Smpp;

// The one place where the real clock enters.
TimeProvider time = TimeProvider.System;

Command health = HealthCommand.Create();
health.Subcommands.Add(HistoryCommand.Create());
foreach (Command command in FailoverCommands.All()) health.Subcommands.Add(command);

var root = new RootCommand(
    "Crosspoint: an open, self-hosted messaging gateway. HTTP in, SMPP out, receipts back, webhooks delivered, nothing lost.")
{
    ServeCommand.Create(time),
    DemoCommand.Create(time),
    SimulateCommand.Create(time),
    SendCommand.Create(time),
    TailCommand.Create(),
    LookupCommand.Create(time),
    NumbersCommand.Create(time),
    DecodePduCommand.Create(),
    SmppConsoleCommand.Create(time),
    ConfigCommand.Create(),
    DeckCommands.Create(),
    RateCommands.Create(),
    RoutingCommands.Create(time),
    QualityCommand.Create(),
    ChaosCommands.Create(time),
    health,
    IncidentCommands.CreateIncidents(),
    IncidentCommands.CreateAlerts(),
    ExplainCommand.Create(time),
    AccountCommands.Create(),
    UserCommands.Create(),
    BackupCommands.CreateBackup(),
    BackupCommands.CreateRestore(),
    LabCommands.Create(time),
    new Command("bench", "Measure")
    {
        EndToEndBench.Create(time), BacklogBench.Create(time), CrashBench.Create(time), FaultsBench.Create(time), SmppBench.Create(time), LearningBench.Create(),
        RehearsalBench.Create(time),
    },
};
if (args is ["help"]) args = ["--help"];

using var stop = new CancellationTokenSource();
void OnSignal(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

ParseResult parsed = root.Parse(args);

// serve handles its signals itself: the first drains, the second ends.
bool handlesSignals = parsed.CommandResult.Command.Name == ServeCommand.Name;
using PosixSignalRegistration? terminate = handlesSignals ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using PosixSignalRegistration? interrupt = handlesSignals ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token).ConfigureAwait(false);
return parsed.Errors.Count > 0 ? ExitCodes.BadConfiguration : code;
