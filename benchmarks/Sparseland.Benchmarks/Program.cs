using BenchmarkDotNet.Running;
using Sparseland.Benchmarks.Speed;

// "speed" compares kernels with their peers in one run and writes the page docs/performance.md; "training" takes a training step apart;
// anything else goes to BenchmarkDotNet, for full profiles.
switch (args)
{
    case ["speed", .. var options]:
        return SpeedCommand.Run(options);
    case ["training"]:
        TrainingStep.Run(Console.Out);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(SpeedCommand).Assembly).Run(args);
        return 0;
}
