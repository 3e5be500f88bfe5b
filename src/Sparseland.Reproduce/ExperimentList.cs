using Sparseland.Errors;
using Sparseland.Reproduce.Cfsp;
using Sparseland.Reproduce.Cospadi;
using Sparseland.Reproduce.Dsnot;
using Sparseland.Reproduce.DualMesh;
using Sparseland.Reproduce.FatPolygonalPartitions;
using Sparseland.Reproduce.FlashLlm;
using Sparseland.Reproduce.Omnitrees;
using Sparseland.Reproduce.Owl;
using Sparseland.Reproduce.RtmvSvlf;
using Sparseland.Reproduce.S2ft;
using Sparseland.Reproduce.Sirius;
using Sparseland.Reproduce.Tyr;

namespace Sparseland.Reproduce;

/// <summary>Every experiment, by name: an explicit list.</summary>
public static class ExperimentList
{
    /// <summary>All of them, in the order of the tool's list.</summary>
    public static IReadOnlyList<IExperiment> All { get; } =
    [
        new OwlExperiment(),
        new FlashLlmExperiment(),
        new CfspExperiment(),
        new CospadiExperiment(),
        new DsnotExperiment(),
        new SiriusExperiment(),
        new S2ftExperiment(),
        new TyrExperiment(),
        new OmnitreesExperiment(),
        new FatPolygonalPartitionsExperiment(),
        new RtmvSvlfExperiment(),
        new DualMeshExperiment(),
    ];

    /// <summary>An experiment by name.</summary>
    /// <exception cref="InvalidSettingException">There is none of that name.</exception>
    public static IExperiment Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = All.Select(experiment => experiment.Name).ToArray();
        return All.FirstOrDefault(experiment => experiment.Name == name)
            ?? throw new InvalidSettingException($"no experiment '{name}'{Suggestion.For(name, names)}; there are {string.Join(", ", names)}");
    }
}
