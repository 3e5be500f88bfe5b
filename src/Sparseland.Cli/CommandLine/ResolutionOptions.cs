using System.CommandLine;
using Sparseland.Errors;
using Sparseland.Space;

namespace Sparseland.Cli.CommandLine;

/// <summary>How fine space is divided: by the size of a cell, or by how often the longest side is halved.</summary>
internal sealed class ResolutionOptions
{
    private const int DefaultDepth = 7;
    private const int DeepestTree = 21;

    private readonly Option<float?> _voxel = new("--voxel") { Description = "Side of a cell, in the units of the mesh." };
    private readonly Option<int?> _depth = new("--depth") { Description = "Cells along the longest side are 2 to this power; default 7, which is 128." };

    public IEnumerable<Symbol> All => [_voxel, _depth];

    /// <summary>The side of a cell.</summary>
    public float Spacing(VerbContext context, Box3 bounds)
    {
        if (context.Get(_voxel) is { } voxel)
        {
            if (context.Get(_depth) is not null)
                throw new InvalidSettingException("--voxel and --depth both say how fine space is divided: give one of them");
            return voxel > 0 && float.IsFinite(voxel) ? voxel : throw new InvalidSettingException($"--voxel {voxel}: it must be above 0");
        }
        return Side(bounds) / (1 << Levels(context));
    }

    /// <summary>The levels of a tree.</summary>
    public int Depth(VerbContext context, Box3 bounds)
    {
        if (context.Get(_voxel) is null)
            return Levels(context);
        var depth = (int)Math.Ceiling(Math.Log2(Side(bounds) / Spacing(context, bounds)));
        return depth <= DeepestTree ? Math.Max(1, depth) : throw new ResourceLimitException($"--voxel {context.Get(_voxel)} asks for a tree of depth {depth}, and {DeepestTree} is the deepest; take a larger voxel");
    }

    private int Levels(VerbContext context)
    {
        var depth = context.Get(_depth) ?? DefaultDepth;
        return depth is >= 1 and <= DeepestTree ? depth : throw new InvalidSettingException($"--depth {depth}: 1 to {DeepestTree} are possible");
    }

    private static float Side(Box3 bounds)
    {
        var side = bounds.IsEmpty ? 0 : Math.Max(bounds.Extent.X, Math.Max(bounds.Extent.Y, bounds.Extent.Z));
        return side > 0 ? side : 1;
    }
}
