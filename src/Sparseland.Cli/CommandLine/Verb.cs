using System.CommandLine;

namespace Sparseland.Cli.CommandLine;

/// <summary>One verb of the tool: its arguments and options, two worked examples, and what it does.</summary>
internal abstract class Verb
{
    /// <summary>The word that is typed.</summary>
    public abstract string Name { get; }

    /// <summary>What it is for, in a line.</summary>
    public abstract string Summary { get; }

    /// <summary>Worked examples: the command line and what it does.</summary>
    public abstract IReadOnlyList<(string Command, string Effect)> Examples { get; }

    /// <summary>Arguments and options of its own; the shared ones are added by the tool.</summary>
    public abstract IEnumerable<Symbol> Symbols { get; }

    /// <summary>Whether the same command goes on where an interrupted run stopped.</summary>
    public virtual bool Resumes => false;

    /// <summary>Does the work.</summary>
    /// <returns>0 when done, 1 when it ran and a claim or comparison does not hold.</returns>
    public abstract int Run(VerbContext context);

    /// <summary>The verb as a command with the shared options.</summary>
    public Command ToCommand(SharedOptions shared)
    {
        var command = new Command(Name, $"{Summary}\n\nExamples:\n{string.Join("\n", Examples.Select(example => $"  {example.Command}\n      {example.Effect}"))}");
        foreach (var symbol in Symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }
        foreach (var option in shared.All)
            command.Options.Add(option);
        // On a thread of its own: the one that waits here ends the program when the work does not heed Ctrl-C in time.
        command.SetAction((parsed, cancellationToken) => Task.Run(() => VerbHost.Execute(this, parsed, shared, cancellationToken), CancellationToken.None));
        return command;
    }
}
