using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>Room for one row's walk, one per thread, grown when a longer row comes: no allocation per call.</summary>
internal sealed unsafe class RowScratch
{
    [ThreadStatic] private static RowScratch? t_instance;

    private readonly TensorStorage<int> _columns;
    private readonly TensorStorage<float> _values;
    private readonly int _room;

    private RowScratch(int room)
    {
        _room = room;
        _columns = new TensorStorage<int>(room + StoredValues.Slack);
        _values = new TensorStorage<float>(room + StoredValues.Slack);
    }

    /// <summary>Column numbers.</summary>
    public int* Columns => _columns.Pointer;

    /// <summary>Values; 16 more than the room.</summary>
    public float* Values => _values.Pointer;

    /// <summary>This thread's scratch with room for so many entries. Valid until the thread takes it again for more.</summary>
    public static RowScratch Take(int room)
    {
        var scratch = t_instance;
        if (scratch is null || scratch._room < room)
            t_instance = scratch = new RowScratch(Math.Max(room, 4096));
        return scratch;
    }
}
