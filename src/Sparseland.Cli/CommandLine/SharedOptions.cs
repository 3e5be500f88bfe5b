using System.CommandLine;

namespace Sparseland.Cli.CommandLine;

/// <summary>The options that every verb has.</summary>
internal sealed class SharedOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "Write the result as JSON on standard output." };

    public Option<ulong> Seed { get; } = new("--seed") { Description = "Seed of everything random; equal seeds give equal results.", DefaultValueFactory = _ => 1 };

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads the kernels use; 0 takes one per core.", DefaultValueFactory = _ => 0 };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress and no remarks on standard error." };

    public IEnumerable<Option> All => [Json, Seed, Threads, Quiet];
}
