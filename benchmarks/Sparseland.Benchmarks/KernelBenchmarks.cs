using BenchmarkDotNet.Attributes;
using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Benchmarks;

/// <summary>Every kernel of the list, one by one, for full profiles.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private KernelEntry _entry = KernelList.All[0];
    private MatrixLayout? _operand;
    private Tensor<float>? _x;
    private Tensor<float>? _y;

    public static IEnumerable<string> Names => KernelList.All.Select(entry => entry.Name);

    [ParamsSource(nameof(Names))]
    public string Kernel { get; set; } = "";

    [Params(0.5, 0.1)]
    public double Density { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _entry = KernelList.All.Single(entry => entry.Name == Kernel);
        _operand = _entry.Create(new OperandRequest(4096, 4096, Density, 1));
        var batch = _entry.Operation == KernelOperation.Vector ? 1 : 32;
        _x = new Tensor<float>(new Shape(batch, 4096));
        _y = new Tensor<float>(new Shape(batch, 4096));
        new RandomStream(2, "input").FillNormal(_x.Span);
    }

    [Benchmark]
    public void Run() => _entry.Run(_operand!, _x!.Matrix, _y!.Matrix);
}
