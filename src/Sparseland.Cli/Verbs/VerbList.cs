using Sparseland.Cli.CommandLine;

namespace Sparseland.Cli.Verbs;

/// <summary>The tool's verbs, in the order of its help.</summary>
internal static class VerbList
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new PruneVerb(),
        new PriceVerb(),
        new RunVerb(),
        new EvalVerb(),
        new InspectVerb(),
        new ConvertVerb(),
        new TrainVerb(),
        new TuneVerb(),
        new AdapterVerb(),
        new BenchVerb(),
        new VoxelizeVerb(),
        new MeshVerb(),
        new OmnitreeVerb(),
        new WorldVerb(),
        new RenderVerb(),
        new SvlfVerb(),
        new ReproduceVerb(),
    ];
}
