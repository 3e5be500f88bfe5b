using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sparseland.Learning.Optimisers;
using Sparseland.Threads;

namespace Sparseland.Space.LightFields;

/// <summary>
/// The gradient of a table of which a batch touches few rows. Shards of the batch work side by side and only note what they have to add (a row, a weight, a vector); then the rows are dealt out in
/// buckets, each of which adds its notes in the order of the shards and makes the optimiser's step at once. So sums do not depend on threads, and one table of gradients is enough for all of them.
/// </summary>
internal sealed class RowGradients
{
    private const int Buckets = 8;

    // Neighbouring rows fall into one bucket, so that two threads seldom write one cache line.
    private const int RowsTogether = 16;

    private readonly Notes[,] _notes;
    private readonly float[][] _vectors;
    private readonly int[] _used;
    private readonly int _width;
    private readonly float[] _sums;
    private readonly bool[] _isTouched;
    private readonly int[][] _touched;

    /// <param name="rows">Rows of the table.</param>
    /// <param name="width">Values of a row, a multiple of four.</param>
    /// <param name="shards">Shards of a batch.</param>
    public RowGradients(int rows, int width, int shards)
    {
        _notes = new Notes[shards, Buckets];
        for (var shard = 0; shard < shards; shard++)
            for (var bucket = 0; bucket < Buckets; bucket++)
                _notes[shard, bucket] = new Notes();
        _vectors = [.. Enumerable.Range(0, shards).Select(_ => new float[1024 * width])];
        _used = new int[shards];
        _width = width;
        _sums = new float[checked(rows * width)];
        _isTouched = new bool[rows];
        _touched = [.. Enumerable.Range(0, Buckets).Select(_ => new int[256])];
    }

    /// <summary>Copies a vector that rows of this shard will add parts of.</summary>
    /// <returns>Its place, for <see cref="Add"/>.</returns>
    public int Put(int shard, ReadOnlySpan<float> vector)
    {
        var place = _used[shard];
        if (place + _width > _vectors[shard].Length)
            Array.Resize(ref _vectors[shard], 2 * _vectors[shard].Length);
        vector[.._width].CopyTo(_vectors[shard].AsSpan(place));
        _used[shard] = place + _width;
        return place;
    }

    /// <summary>Notes that a row gets a vector times a weight.</summary>
    public void Add(int shard, int row, float weight, int place)
    {
        if (weight != 0)
            _notes[shard, row / RowsTogether % Buckets].Add(new(row, place, weight));
    }

    /// <summary>Sums all notes, makes the optimiser's step on the rows that have any, and forgets them.</summary>
    public void Step(float[] values, RowAdam adam, int step, float rate)
    {
        WorkerPool.Run(Buckets, new BucketWork(this, values, adam, step, rate));
        _used.AsSpan().Clear();
    }

    /// <summary>The sum of all notes as a dense table, for tests; forgets nothing.</summary>
    internal float[] Sum()
    {
        var sum = new float[_sums.Length];
        for (var shard = 0; shard < _used.Length; shard++)
            for (var bucket = 0; bucket < Buckets; bucket++)
                foreach (var note in _notes[shard, bucket].Span)
                    for (var i = 0; i < _width; i++)
                        sum[note.Row * _width + i] += note.Weight * _vectors[shard][note.Place + i];
        return sum;
    }

    private void StepBucket(int bucket, float[] values, RowAdam adam, int step, float rate)
    {
        ref var touched = ref _touched[bucket];
        var count = 0;
        for (var shard = 0; shard < _used.Length; shard++)
        {
            var vectors = _vectors[shard];
            foreach (var note in _notes[shard, bucket].Span)
            {
                if (!_isTouched[note.Row])
                {
                    _isTouched[note.Row] = true;
                    if (count == touched.Length)
                        Array.Resize(ref touched, 2 * count);
                    touched[count++] = note.Row;
                }
                AddScaled(vectors.AsSpan(note.Place, _width), note.Weight, _sums.AsSpan(note.Row * _width, _width));
            }
            _notes[shard, bucket].Clear();
        }
        foreach (var row in touched.AsSpan(0, count))
        {
            var sum = _sums.AsSpan(row * _width, _width);
            adam.Update(row, step, rate, values.AsSpan(row * _width, _width), sum);
            sum.Clear();
            _isTouched[row] = false;
        }
    }

    /// <summary>sum += weight * vector; lengths are multiples of four.</summary>
    internal static void AddScaled(ReadOnlySpan<float> vector, float weight, Span<float> sum)
    {
        ref var source = ref MemoryMarshal.GetReference(vector);
        ref var target = ref MemoryMarshal.GetReference(sum);
        for (nuint i = 0; i < (nuint)sum.Length; i += 4)
            Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref source, i), Vector128.Create(weight), Vector128.LoadUnsafe(ref target, i)).StoreUnsafe(ref target, i);
    }

    private readonly record struct Note(int Row, int Place, float Weight);

    private sealed class Notes
    {
        private Note[] _notes = new Note[512];
        private int _count;

        public ReadOnlySpan<Note> Span => _notes.AsSpan(0, _count);

        public void Add(Note note)
        {
            if (_count == _notes.Length)
                Array.Resize(ref _notes, 2 * _count);
            _notes[_count++] = note;
        }

        public void Clear() => _count = 0;
    }

    private readonly struct BucketWork(RowGradients gradients, float[] values, RowAdam adam, int step, float rate) : IParallelWork
    {
        public void Run(int part) => gradients.StepBucket(part, values, adam, step, rate);
    }
}
