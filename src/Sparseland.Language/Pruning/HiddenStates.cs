using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// The residual stream of all calibration sequences between two blocks, [sequences · length, width] in float32: in memory, or in a mapped work file when it is larger than a budget.
/// </summary>
internal sealed unsafe class HiddenStates : IDisposable
{
    private readonly TensorStorage<float> _storage;
    private readonly MappedWork? _mapped;

    /// <param name="sequences">Sequences.</param>
    /// <param name="length">Tokens in each.</param>
    /// <param name="width">Width of the model.</param>
    /// <param name="budget">Bytes that may lie in memory.</param>
    /// <param name="workFile">Where they lie otherwise; the file is deleted at the end.</param>
    public HiddenStates(int sequences, int length, int width, long budget, string? workFile)
    {
        (Sequences, Length, Width) = (sequences, length, width);
        var bytes = BytesFor(sequences, length, width);
        if (bytes > budget && workFile is not null)
        {
            _mapped = new MappedWork(workFile, bytes);
            _storage = new TensorStorage<float>((float*)_mapped.Pointer, bytes / sizeof(float), _mapped);
        }
        else
        {
            _storage = new TensorStorage<float>(bytes / sizeof(float));
        }
    }

    public int Sequences { get; }

    public int Length { get; }

    public int Width { get; }

    public static long BytesFor(int sequences, int length, int width) => (long)sequences * length * width * sizeof(float);

    /// <summary>All rows.</summary>
    public MatrixView<float> Matrix => new(_storage.Pointer, Sequences * Length, Width, Width, (object?)_mapped ?? _storage);

    /// <summary>The rows of some sequences.</summary>
    public MatrixView<float> Slice(int first, int count) => Matrix.SliceRows(first * Length, count * Length);

    /// <summary>Writes the states as they are, little-endian, row after row.</summary>
    public void Save(Stream stream)
    {
        for (var row = 0; row < Sequences * Length; row++)
            stream.Write(MemoryMarshal.AsBytes(Matrix.Row(row)));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(Stream stream, string path)
    {
        if (stream.Length != BytesFor(Sequences, Length, Width))
            throw new InvalidFileException(path, "", $"{stream.Length} bytes, expected {BytesFor(Sequences, Length, Width)}", "delete the unfinished output folder and start again");
        for (var row = 0; row < Sequences * Length; row++)
            stream.ReadExactly(MemoryMarshal.AsBytes(Matrix.Row(row)));
    }

    public void Dispose() => _mapped?.Dispose();

    /// <summary>A mapped file that goes when it is no longer needed.</summary>
    private sealed class MappedWork : IDisposable
    {
        private readonly string _path;
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private bool _disposed;

        public MappedWork(string path, long bytes)
        {
            _path = path;
            try
            {
                // The room is asked for first: a disk that is full when a mapped page is written ends the process.
                var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 1, PreallocationSize = bytes });
                stream.SetLength(bytes);
                _file = MemoryMappedFile.CreateFromFile(stream, null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
                _view = _file.CreateViewAccessor(0, bytes);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new ResourceLimitException($"{path}: {bytes} bytes of hidden states find no room ({fault.Message.TrimEnd('.')}); free some disk, or calibrate with fewer sequences");
            }
            byte* pointer = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            Pointer = pointer;
        }

        public byte* Pointer { get; }

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
            File.Delete(_path);
        }
    }
}
