using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Verbs;

var shared = new SharedOptions();
var root = new RootCommand("Make it sparse: prune a language model, pack it, run it with kernels that skip the zeros, and see what it cost.");
foreach (var verb in VerbList.All)
    root.Subcommands.Add(verb.ToCommand(shared));
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"sparseland: {parsed.Errors[0].Message} (see sparseland {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help)");
    return VerbHost.BadInput;
}
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60), EnableDefaultExceptionHandler = false });
