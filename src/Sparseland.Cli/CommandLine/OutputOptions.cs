using System.CommandLine;
using Sparseland.Errors;

namespace Sparseland.Cli.CommandLine;

/// <summary>One output file, which replaces another only when told to.</summary>
internal sealed class OutputOptions(string description)
{
    private readonly Option<FileInfo?> _output = new("--output", "-o") { Description = description };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };

    public IEnumerable<Symbol> All => [_output, _force];

    /// <summary>The path.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="otherwise">What is made when none is named; null when one must be.</param>
    public string Resolve(VerbContext context, string? otherwise = null)
    {
        var output = context.Get(_output)?.FullName ?? otherwise ?? throw new InvalidSettingException("no output: give one with -o");
        return RequireFree(output, MayReplace(context));
    }

    /// <summary>Whether one is named.</summary>
    public bool IsNamed(VerbContext context) => context.Get(_output) is not null;

    /// <summary>Whether an existing output may be replaced.</summary>
    public bool MayReplace(VerbContext context) => context.Get(_force);

    /// <summary>Refuses a file that is there already, before any work.</summary>
    /// <returns>The file.</returns>
    public static string RequireFree(string output, bool mayReplace) =>
        !File.Exists(output) || mayReplace ? output : throw new InvalidSettingException($"{output} exists already: choose another with -o, or replace it with --force");
}
