using Sparseland.Trees.Voxels;

namespace Sparseland.Space.Surfaces;

/// <summary>A voxel grid as samples: all voxels have values, those of tiles and the background too, so surfaces are closed.</summary>
internal sealed class GridSamples : SurfaceSamples
{
    private readonly VoxelGrid<float> _grid;

    public GridSamples(VoxelGrid<float> grid, float level)
    {
        _grid = grid;
        var keys = new List<ulong>();
        foreach (var block in grid.Blocks())
            AddAround(block, level, keys);
        keys.Sort();
        Keys = [.. keys.Distinct()];
    }

    public override ulong[] Keys { get; }

    public override VoxelFrame Frame => _grid.Frame;

    public override void Read(int block, Span<float> window)
    {
        var lowest = Lowest(block);
        Span<float> values = stackalloc float[Cells];
        Span<ulong> active = stackalloc ulong[Side];
        for (var part = 0; part < 8; part++)
        {
            var (px, py, pz) = (part & 1, (part >> 1) & 1, part >> 2);
            _grid.ReadBlock(new(lowest.X + Side * px, lowest.Y + Side * py, lowest.Z + Side * pz), values, active);
            var width = px == 0 ? Side : 1;
            for (var z = 0; z < (pz == 0 ? Side : 1); z++)
            {
                for (var y = 0; y < (py == 0 ? Side : 1); y++)
                    values.Slice(64 * z + 8 * y, width).CopyTo(window[(((z + Side * pz) * WindowSide + y + Side * py) * WindowSide + Side * px)..]);
            }
        }
    }

    // The block itself and those below it, whose last cells reach into it; between tiles on one side of the level there is nothing.
    private void AddAround(VoxelCoordinate block, float level, List<ulong> keys)
    {
        for (var part = 0; part < 8; part++)
        {
            var lowest = new VoxelCoordinate(block.X - Side * (part & 1), block.Y - Side * ((part >> 1) & 1), block.Z - Side * (part >> 2));
            if (MayHaveSurface(lowest, level))
                keys.Add(Key(lowest));
        }
    }

    private bool MayHaveSurface(VoxelCoordinate lowest, float level)
    {
        var (inside, outside) = (false, false);
        for (var part = 0; part < 8; part++)
        {
            if (!_grid.IsUniform(new(lowest.X + Side * (part & 1), lowest.Y + Side * ((part >> 1) & 1), lowest.Z + Side * (part >> 2)), out var value, out _))
                return true;
            inside |= value < level;
            outside |= !(value < level);
        }
        return inside && outside;
    }
}
