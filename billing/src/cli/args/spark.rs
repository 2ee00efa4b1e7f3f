//! What `ledgerly spark` can be asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

const SUBMIT_EXAMPLES: &str = "\
Examples:
  ledgerly spark submit price march.ndjson --output totals
  ledgerly spark submit --print --master spark://head:7077 price hdfs:///march --output hdfs:///totals
  ledgerly spark submit --master k8s://https://k8s:6443 --deploy-mode cluster \\
    --conf spark.kubernetes.container.image=IMAGE --app local:///opt/job/ledgerly_spark/__main__.py \\
    price s3a://books/march --input-format parquet --repartition 2000 --output s3a://books/totals

The job is that of the Python package ledgerly-spark (pip install ./billing/spark); this binary is
shipped with it. What follows price or impact is the job's own: price --help tells. The exit code is
the job's: 0 done, 1 impact: prices change, 2 wrong usage, 3 some invoices rejected, 6 failed.";

/// The commands of `ledgerly spark`.
#[derive(Debug, Subcommand)]
pub enum SparkCommand {
    /// Print the spark-submit line that prices a book on a cluster, and run it
    #[command(after_help = SUBMIT_EXAMPLES)]
    Submit(SubmitOptions),
}

/// The options of `ledgerly spark submit`.
#[derive(Args, Debug)]
pub struct SubmitOptions {
    /// Print the line, and do not run it
    #[arg(long)]
    pub print: bool,
    /// Where Spark runs; on this machine a split that fails is tried up to four times
    #[arg(long, value_name = "MASTER", default_value = "local[*,4]")]
    pub master: String,
    /// Where the driver runs: client or cluster [default: client]
    #[arg(long, value_name = "MODE")]
    pub deploy_mode: Option<String>,
    /// A setting of Spark
    #[arg(long, value_name = "KEY=VALUE")]
    pub conf: Vec<String>,
    /// The Python in which the job is installed
    #[arg(
        long,
        env = "PYSPARK_PYTHON",
        value_name = "FILE",
        default_value = "python3"
    )]
    pub python: PathBuf,
    /// The spark-submit command [default: of Spark's home, beside Python, or on the path]
    #[arg(long, value_name = "FILE")]
    pub spark_submit: Option<PathBuf>,
    /// The job's main file, as the driver sees it [default: that of the installed package]
    #[arg(long, value_name = "URL")]
    pub app: Option<String>,
    /// The binary for the executors, a file named ledgerly [default: this one]
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// The job and its arguments: price SOURCE... --output FOLDER, or impact
    #[arg(
        value_name = "JOB",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub job: Vec<String>,
}
